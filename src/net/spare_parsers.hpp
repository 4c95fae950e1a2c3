// Parsers of connections that have ended, for the next ones: where clients open a connection for
// each request, its field lines are mostly those of a request before, which the parser remembers.
// Shared by one listening socket's connections; on their worker's thread.
#pragma once

#include "http/parser.hpp"

#include <cstddef>
#include <utility>
#include <vector>

namespace hawkcache::net {

class SpareParsers {
 public:
  // Up to so many are kept; each remembers a few KiB.
  static constexpr std::size_t kMost = 64;

  explicit SpareParsers(http::HeadLimits limits) : limits_(limits) { spares_.reserve(kMost); }

  http::RequestParser take() {
    if (spares_.empty()) return http::RequestParser(limits_);
    http::RequestParser parser = std::move(spares_.back());
    spares_.pop_back();
    return parser;
  }
  // REQUIRES: it is from take().
  void give_back(http::RequestParser parser) noexcept {
    if (spares_.size() == kMost) return;
    parser.reset();
    spares_.push_back(std::move(parser));
  }

 private:
  http::HeadLimits limits_;
  std::vector<http::RequestParser> spares_;
};

}  // namespace hawkcache::net
