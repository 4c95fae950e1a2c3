#include "observe/access_log.hpp"

#include "observe/access_line.hpp"
#include "observe/line_writer.hpp"

#include <cerrno>
#include <system_error>

#include <fcntl.h>
#include <unistd.h>

namespace hawkcache::observe {
namespace {

class WrittenAccessLog final : public AccessLog {
 public:
  WrittenAccessLog(int descriptor, DescriptorOwnership ownership, Format format)
      : format_(format), writer_(descriptor, ownership) {}

  void write(const TransactionRecord& record) noexcept override {
    thread_local std::string line;  // keeps its memory: a line costs no allocation
    line.clear();
    append_access_line(line, record, format_);
    writer_.write(line);
  }

  std::uint64_t dropped() const noexcept override { return writer_.dropped(); }

 private:
  const Format format_;
  LineWriter writer_;
};

}  // namespace

std::unique_ptr<AccessLog> open_access_log(const std::string& destination,
                                           AccessLog::Format format,
                                           std::string& error) {
  if (destination == "stdout") {
    return std::make_unique<WrittenAccessLog>(STDOUT_FILENO, DescriptorOwnership::borrowed, format);
  }
  // O_NONBLOCK: a FIFO without a reader is an error here, not a process that hangs.
  const int descriptor = ::open(
      destination.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0640);
  if (descriptor < 0) {
    error = "cannot open the access log " + destination + ": " +
            std::generic_category().message(errno) +
            " (log.access takes off, stdout, or a file that this user may write)";
    return nullptr;
  }
  return std::make_unique<WrittenAccessLog>(descriptor, DescriptorOwnership::owned, format);
}

}  // namespace hawkcache::observe
