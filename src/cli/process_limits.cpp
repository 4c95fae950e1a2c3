#include "cli/process_limits.hpp"

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

namespace hawkcache::cli {

void raise_descriptor_limit() noexcept {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == limit.rlim_max) return;
  limit.rlim_cur = limit.rlim_max;
  // A kernel that refuses leaves the old limit, which is a limit too.
  static_cast<void>(::setrlimit(RLIMIT_NOFILE, &limit));
}

void open_standard_descriptors() noexcept {
  for (int descriptor = STDIN_FILENO; descriptor <= STDERR_FILENO; ++descriptor) {
    if (::fcntl(descriptor, F_GETFD) >= 0) continue;
    // The lowest free number is this one: those below are open.
    static_cast<void>(::open("/dev/null", O_RDWR));
  }
}

}  // namespace hawkcache::cli
