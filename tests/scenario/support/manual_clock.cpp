#include "scenario/support/manual_clock.hpp"

#include <ctime>

namespace hawkcache::scenario {

std::string ManualClock::http_date(Duration offset) const {
  const std::time_t seconds = std::chrono::system_clock::to_time_t(wall() + offset);
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  char text[64];
  const std::size_t size = std::strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &parts);
  return {text, size};
}

}  // namespace hawkcache::scenario
