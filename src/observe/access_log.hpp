// The access log: one line per request, text or JSON, made and written by a thread of its own from
// a bounded queue of records: a full disk or a reader that does not read loses lines (counted),
// never stops a request. Off by default: there is no AccessLog then. Thread-safe.
#pragma once

#include "base/clock.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace hawkcache::observe {

// One request and its response, as logged. Views are valid during the call only, but where said.
struct TransactionRecord {
  WallTime time;
  std::string_view peer;  // an IP address
  std::string_view method;
  std::string_view host;
  std::string_view target;
  int status = 0;  // 0: no response was sent
  std::uint64_t bytes = 0;
  std::chrono::microseconds duration{0};
  std::string_view route;   // the rule's name; empty: none
  std::string_view cache;   // HIT | MISS | BYPASS | "": static
  std::string_view detail;  // the reason's text
};

class AccessLog {
 public:
  enum class Format : std::uint8_t { text, json };
  virtual ~AccessLog() = default;
  virtual void write(const TransactionRecord& record) noexcept = 0;
  virtual std::uint64_t dropped() const noexcept = 0;
};

// `destination`: "stdout" or a file's path (appended to; reopened by `reopen` on SIGHUP for log
// rotation is done by making a new one). Null with `error` set when the file cannot be opened.
std::unique_ptr<AccessLog> open_access_log(const std::string& destination,
                                           AccessLog::Format format,
                                           std::string& error);

}  // namespace hawkcache::observe
