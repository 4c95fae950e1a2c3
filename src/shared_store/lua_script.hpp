// A Lua script with its SHA-1, by which Redis knows it (EVALSHA), and times as scripts take them.
// Inside this folder only.
#pragma once

#include "base/clock.hpp"
#include "redis/command.hpp"

#include <chrono>
#include <initializer_list>
#include <string>
#include <string_view>

namespace hawkcache::shared_store {

class LuaScript {
 public:
  // The pieces one after the other.
  explicit LuaScript(std::initializer_list<std::string_view> pieces);
  LuaScript(const LuaScript&) = delete;
  LuaScript& operator=(const LuaScript&) = delete;
  const redis::Command::Script& get() const noexcept { return script_; }

 private:
  std::string source_;
  std::string sha1_;
  redis::Command::Script script_;  // refers to both
};

inline constexpr Duration kLongestTtl = std::chrono::hours(24 * 3653);
// Between a millisecond and ten years: what Redis takes as a TTL.
Duration within_limits(Duration ttl) noexcept;
// In milliseconds.
std::string digits(Duration duration);

}  // namespace hawkcache::shared_store
