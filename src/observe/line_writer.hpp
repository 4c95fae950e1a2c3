// Writes lines to a descriptor from a thread of its own, so that whoever logs never waits: records
// go into a bounded buffer, and what does not fit is dropped and counted. The lines are made of
// them by that thread, many after each other. A full disk, a pipe that nobody reads or whose reader
// has gone lose lines, nothing else. A line that was cut by such a fault is closed before the next
// one, so that every whole line stands alone. Thread-safe. Owns the descriptor where asked to.
#pragma once

#include "observe/access_log.hpp"

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

namespace hawkcache::observe {

enum class DescriptorOwnership : std::uint8_t { owned, borrowed };

class LineWriter {
 public:
  // Takes records off the front of `records`, one or as many as it likes, and appends their lines,
  // each of which ends in a line feed.
  using Render = void (*)(std::string_view& records, std::string& lines);

  // REQUIRES: SIGPIPE is ignored by the process.
  LineWriter(int descriptor,
             DescriptorOwnership ownership,
             Render render,
             std::size_t max_buffered = 4U << 20U);
  // Writes out what is buffered, waiting no longer than about a second for a reader that does not
  // read.
  ~LineWriter();
  LineWriter(const LineWriter&) = delete;
  LineWriter& operator=(const LineWriter&) = delete;

  // One whole record.
  void write(std::string_view record) noexcept;
  // Records and lines.
  std::uint64_t dropped() const noexcept;

 private:
  void run();
  void write_out(std::string_view lines);
  bool has_given_up() const;
  bool wait_until_writable();
  void lose(std::string_view rest);

  const int descriptor_;
  const DescriptorOwnership ownership_;
  const Render render_;
  const std::size_t max_buffered_;
  std::size_t chunk_ = 0;      // bytes per write()
  bool line_is_open_ = false;  // the writer's thread only: the last write ended within a line

  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::string buffer_;
  bool stopping_ = false;
  std::chrono::steady_clock::time_point give_up_{};
  std::uint64_t dropped_ = 0;
  std::thread thread_;
};

}  // namespace hawkcache::observe
