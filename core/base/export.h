// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

/// Marks what Eddy's libraries export. Everything is built with hidden visibility, so a class or
/// function without it can't be reached from outside its library.
#define EDDY_API __attribute__((visibility("default")))
