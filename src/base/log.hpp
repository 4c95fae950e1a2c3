// The one way to say something to the operator: a thin face of spdlog, so that no other file
// includes it. Thread-safe. Lines go to stderr through a bounded queue that drops (and counts) when
// the reader does not read: logging never stops a request. `setup` is called once at start, and
// again after a reload.
#pragma once

#include <cstdint>
#include <string_view>

#include <fmt/format.h>

namespace hawkcache::log {

enum class Level { debug, info, warn, error, off };
enum class Format { text, json };

struct Settings {
  Level level = Level::info;
  Format format = Format::text;
};

void setup(Settings settings);
// Writes out what is queued; called before exit.
void shutdown();

bool enabled(Level level) noexcept;
void write(Level level, std::string_view message);
// Lines lost because the queue was full.
std::uint64_t dropped() noexcept;

template <class... Args>
void debug(fmt::format_string<Args...> text, Args&&... args) {
  if (enabled(Level::debug)) write(Level::debug, fmt::format(text, std::forward<Args>(args)...));
}
template <class... Args>
void info(fmt::format_string<Args...> text, Args&&... args) {
  if (enabled(Level::info)) write(Level::info, fmt::format(text, std::forward<Args>(args)...));
}
template <class... Args>
void warn(fmt::format_string<Args...> text, Args&&... args) {
  if (enabled(Level::warn)) write(Level::warn, fmt::format(text, std::forward<Args>(args)...));
}
template <class... Args>
void error(fmt::format_string<Args...> text, Args&&... args) {
  if (enabled(Level::error)) write(Level::error, fmt::format(text, std::forward<Args>(args)...));
}

}  // namespace hawkcache::log
