#include "base/log.hpp"

#include "base/json.hpp"

#include <atomic>
#include <chrono>
#include <future>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include <fmt/chrono.h>
#include <spdlog/async.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

namespace hawkcache::log {
namespace {

constexpr std::size_t kQueueLines = 8192;
constexpr auto kLongestFlush = std::chrono::seconds(1);

std::atomic<Level> g_level{Level::info};
std::atomic<Format> g_format{Format::text};
std::mutex g_mutex;
// At the process's end the pool goes first: it waits until its queue is written, and the logger is
// in use until then.
std::shared_ptr<spdlog::async_logger> g_logger;
std::shared_ptr<spdlog::details::thread_pool> g_pool;

spdlog::level::level_enum to_spdlog(Level level) {
  switch (level) {
    case Level::debug:
      return spdlog::level::debug;
    case Level::info:
      return spdlog::level::info;
    case Level::warn:
      return spdlog::level::warn;
    case Level::error:
      return spdlog::level::err;
    case Level::off:
      return spdlog::level::off;
  }
  return spdlog::level::info;
}

std::string_view name_of(Level level) {
  switch (level) {
    case Level::debug:
      return "debug";
    case Level::info:
      return "info";
    case Level::warn:
      return "warning";
    case Level::error:
      return "error";
    case Level::off:
      return "off";
  }
  return "";
}

// A message may quote what a peer sent: control characters never reach the terminal.
std::string text_escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7f) {
      out += fmt::format("\\x{:02x}", byte);
    } else {
      out += c;
    }
  }
  return out;
}

std::shared_ptr<spdlog::async_logger> current() {
  const std::lock_guard lock(g_mutex);
  return g_logger;
}

}  // namespace

// Neither setup() nor shutdown() may wait for the writer thread: it may hang for good where nobody
// reads stderr.
void setup(Settings settings) {
  const std::lock_guard lock(g_mutex);
  if (!g_logger) {
    g_pool = std::make_shared<spdlog::details::thread_pool>(kQueueLines, 1);
    g_logger =
        std::make_shared<spdlog::async_logger>("hawkcache",
                                               std::make_shared<spdlog::sinks::stderr_sink_mt>(),
                                               g_pool,
                                               spdlog::async_overflow_policy::overrun_oldest);
    g_logger->set_level(spdlog::level::trace);
    g_logger->set_pattern("%v");
    g_logger->flush_on(spdlog::level::info);
  }
  g_level = settings.level;
  g_format = settings.format;
}

void shutdown() {
  const auto written = std::make_shared<std::promise<void>>();
  std::future<void> done = written->get_future();
  {
    const std::lock_guard lock(g_mutex);
    // The pool's end waits until its queue is written; the logger is in use until then.
    std::thread([pool = std::move(g_pool), logger = std::move(g_logger), written]() mutable {
      pool.reset();
      logger.reset();
      written->set_value();
    }).detach();
  }
  done.wait_for(kLongestFlush);
}

bool enabled(Level level) noexcept { return level >= g_level.load(std::memory_order_relaxed); }

void write(Level level, std::string_view message) {
  const auto logger = current();
  if (!logger) return;
  const auto now = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
  const auto milliseconds = now.time_since_epoch().count() % 1000;
  const std::string time = fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z",
                                       fmt::gmtime(std::chrono::system_clock::to_time_t(now)),
                                       milliseconds);
  std::string quoted;
  if (g_format == Format::json) append_json_string(quoted, message);
  const std::string line =
      g_format == Format::json
          ? fmt::format(
                R"({{"time":"{}","level":"{}","message":{}}})", time, name_of(level), quoted)
          : fmt::format("{} {} {}", time, name_of(level), text_escaped(message));
  logger->log(to_spdlog(level), spdlog::string_view_t(line.data(), line.size()));
}

std::uint64_t dropped() noexcept {
  const std::lock_guard lock(g_mutex);
  return g_pool ? g_pool->overrun_counter() : 0;
}

}  // namespace hawkcache::log
