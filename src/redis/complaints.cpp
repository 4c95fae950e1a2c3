#include "redis/complaints.hpp"

#include "base/log.hpp"

#include <map>
#include <mutex>
#include <string>

namespace hawkcache::redis {
namespace {

constexpr std::size_t kMaxRemembered = 64;

// Whether this line was not written lately.
bool is_news(const std::string& line, SteadyTime now) {
  static std::mutex mutex;
  static std::map<std::string, SteadyTime> written;
  const std::lock_guard lock(mutex);
  std::erase_if(written,
                [now](const auto& entry) { return now - entry.second >= kComplaintInterval; });
  if (written.size() >= kMaxRemembered) return false;
  return written.emplace(line, now).second;
}

}  // namespace

void complain(std::string_view where, std::string_view what, SteadyTime now) {
  const std::string line = fmt::format("redis at {} cannot be used: {}", where, what);
  if (is_news(line, now)) log::warn("{}", line);
}

}  // namespace hawkcache::redis
