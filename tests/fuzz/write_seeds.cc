// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//   fuzz_write_seeds FOLDER
//
// Writes each target's seeds as files FOLDER/TARGET/N, as libFuzzer reads them.

#include <filesystem>
#include <fstream>
#include <iostream>

#include <tests/fuzz/fuzz.h>

int main(int argc, char** argv) try {
  if (argc != 2) {
    std::cerr << "usage: fuzz_write_seeds FOLDER\n";
    return 2;
  }
  for (const eddy_tests::FuzzTarget& target : eddy_tests::fuzz_targets()) {
    const std::filesystem::path folder = std::filesystem::path(argv[1]) / target.name;
    std::filesystem::remove_all(folder);
    std::filesystem::create_directories(folder);
    std::size_t number = 0;
    for (const std::string& seed : eddy_tests::read_fuzz_seeds(target.name)) {
      std::ofstream file(folder / std::to_string(number++), std::ios::binary);
      file << seed;
      if (!file.flush()) throw std::runtime_error("can't write to " + folder.string());
    }
  }
  return 0;
} catch (const std::exception& error) {
  std::cerr << "fuzz_write_seeds: " << error.what() << "\n";
  return 1;
}
