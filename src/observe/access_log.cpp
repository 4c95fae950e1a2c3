#include "observe/access_log.hpp"

#include "observe/access_line.hpp"
#include "observe/line_writer.hpp"
#include "observe/packed_record.hpp"

#include <cerrno>
#include <system_error>

#include <fcntl.h>
#include <unistd.h>

namespace hawkcache::observe {
namespace {

constexpr std::size_t kLinesAtATime = 64 * 1024;  // bytes

template <AccessLog::Format format>
void make_lines(std::string_view& records, std::string& lines) {
  TextWriter out(lines);
  while (!records.empty() && out.size() < kLinesAtATime) {
    write_access_line(out, unpack(records), format);
  }
}

class WrittenAccessLog final : public AccessLog {
 public:
  WrittenAccessLog(int descriptor, DescriptorOwnership ownership, Format format)
      : writer_(descriptor,
                ownership,
                format == Format::json ? make_lines<Format::json> : make_lines<Format::text>) {}

  void write(const TransactionRecord& record) noexcept override {
    thread_local std::string packed;
    writer_.write(pack(record, packed));
  }

  std::uint64_t dropped() const noexcept override { return writer_.dropped(); }

 private:
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
