// What the daemon says to the operator, while this object lives: stderr goes into a file meanwhile.
// One at a time.
#pragma once

#include "base/log.hpp"
#include "support/temporary_directory.hpp"

#include <cstddef>
#include <fstream>
#include <iterator>
#include <string>

#include <fcntl.h>
#include <unistd.h>

namespace hawkcache::scenario {

class LogLines {
 public:
  LogLines() : stderr_(::dup(STDERR_FILENO)) {
    const int file =
        ::open(path().c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, S_IRUSR | S_IWUSR);
    ::dup2(file, STDERR_FILENO);
    ::close(file);
    log::setup({.level = log::Level::info});
  }
  ~LogLines() {
    log::setup({.level = log::Level::off});
    ::dup2(stderr_, STDERR_FILENO);
    ::close(stderr_);
  }
  LogLines(const LogLines&) = delete;
  LogLines& operator=(const LogLines&) = delete;

  std::string text() const {
    std::ifstream file(path());
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  }
  // How often this was said.
  std::size_t count(const std::string& words) const {
    const std::string all = text();
    std::size_t found = 0;
    for (std::size_t at = all.find(words); at != std::string::npos; ++found) {
      at = all.find(words, at + words.size());
    }
    return found;
  }

 private:
  std::string path() const { return directory_.file("log"); }

  testing_support::TemporaryDirectory directory_;
  int stderr_;
};

}  // namespace hawkcache::scenario
