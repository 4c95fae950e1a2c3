#include "observe/line_writer.hpp"

#include <algorithm>
#include <cerrno>
#include <chrono>

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

namespace hawkcache::observe {
namespace {

constexpr std::size_t kFileChunk = 256 * 1024;
// No more than PIPE_BUF: a pipe that poll() calls writable takes that much without blocking.
constexpr std::size_t kPipeChunk = 4096;
constexpr auto kLastWords = std::chrono::seconds(1);
// Records become lines together: the first one waits this long for others, unless there are many.
constexpr auto kGathering = std::chrono::milliseconds(20);
constexpr std::size_t kMany = 64 * 1024;

std::size_t chunk_for(int descriptor) {
  struct stat status {};
  const bool file = ::fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode);
  return file ? kFileChunk : kPipeChunk;
}

std::uint64_t count_lines(std::string_view text) {
  return static_cast<std::uint64_t>(std::count(text.begin(), text.end(), '\n'));
}

}  // namespace

LineWriter::LineWriter(int descriptor,
                       DescriptorOwnership ownership,
                       Render render,
                       std::size_t max_buffered)
    : descriptor_(descriptor),
      ownership_(ownership),
      render_(render),
      max_buffered_(max_buffered),
      chunk_(chunk_for(descriptor)),
      thread_([this] { run(); }) {}

LineWriter::~LineWriter() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    give_up_ = steady_now() + kLastWords;
  }
  wake_.notify_one();
  thread_.join();
  if (ownership_ == DescriptorOwnership::owned) ::close(descriptor_);
}

void LineWriter::write(std::string_view record) noexcept {
  bool due = false;
  {
    const std::lock_guard lock(mutex_);
    if (buffer_.size() + record.size() > max_buffered_) {
      ++dropped_;
      return;
    }
    const bool was_few = buffer_.size() < kMany;
    due = buffer_.empty() || (was_few && buffer_.size() + record.size() >= kMany);
    buffer_ += record;
  }
  if (due) wake_.notify_one();
}

std::uint64_t LineWriter::dropped() const noexcept {
  const std::lock_guard lock(mutex_);
  return dropped_;
}

void LineWriter::run() {
  std::string records;  // swapped with buffer_, so that both keep their memory
  std::string lines;
  while (true) {
    {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [this] { return stopping_ || !buffer_.empty(); });
      if (buffer_.empty()) return;
      wake_.wait_for(lock, kGathering, [this] { return stopping_ || buffer_.size() >= kMany; });
      std::swap(records, buffer_);
    }
    for (std::string_view rest = records; !rest.empty(); lines.clear()) {
      render_(rest, lines);
      write_out(lines);
    }
    records.clear();
  }
}

void LineWriter::write_out(std::string_view lines) {
  // After a cut line, its end comes first.
  if (line_is_open_ && wait_until_writable() && ::write(descriptor_, "\n", 1) == 1) {
    line_is_open_ = false;
  }
  if (line_is_open_) return lose(lines);
  while (!lines.empty()) {
    if (!wait_until_writable()) return lose(lines);
    const ssize_t written = ::write(descriptor_, lines.data(), std::min(lines.size(), chunk_));
    if (written < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (written <= 0) return lose(lines);
    line_is_open_ = lines[static_cast<std::size_t>(written) - 1] != '\n';
    lines.remove_prefix(static_cast<std::size_t>(written));
  }
}

bool LineWriter::has_given_up() const {
  const std::lock_guard lock(mutex_);
  return stopping_ && steady_now() >= give_up_;
}

bool LineWriter::wait_until_writable() {
  while (true) {
    const bool last_try = has_given_up();
    pollfd poll_one{descriptor_, POLLOUT, 0};
    constexpr int kPollMs = 100;
    const int ready = ::poll(&poll_one, 1, last_try ? 0 : kPollMs);
    // POLLERR and POLLNVAL let write() say what is wrong.
    if (ready > 0) return true;
    if (last_try || (ready < 0 && errno != EINTR)) return false;
  }
}

void LineWriter::lose(std::string_view rest) {
  const std::lock_guard lock(mutex_);
  dropped_ += count_lines(rest);
}

}  // namespace hawkcache::observe
