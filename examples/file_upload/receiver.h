// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <eddy/web/app/application.h>

namespace upload {

/// POST /upload takes the files of a form, PUT /upload/{name} one as it is, both while they arrive
/// and in bounded memory; the answer is JSON.
void add_receiver(eddy::web::Application& app);

}  // namespace upload
