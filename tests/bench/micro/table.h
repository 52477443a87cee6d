// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <string>
#include <vector>

/// A table of 1,000 rows, which eddy, ctemplate and mustache render here, and Tornado and Jinja2 in
/// table_peers.py.
namespace eddy_bench {

struct TableRow {
  int id = 0;
  std::string name;
  std::string text;
};

/// The rows, the same for all.
inline std::vector<TableRow> table_rows() {
  std::vector<TableRow> rows;
  for (int i = 0; i < 1000; i++) {
    rows.push_back(
        {i, "Row number " + std::to_string(i),
         i % 10 == 0 ? "with <markup> & \"quotes\"" : "some text that needs no escaping"});
  }
  return rows;
}

/// Bytes of the table, whoever renders it: 93,000 and a few. Where an escaping function writes
/// another reference for the quote there is a difference of a few hundred.
constexpr std::size_t kTableAtLeast = 80'000;

}  // namespace eddy_bench
