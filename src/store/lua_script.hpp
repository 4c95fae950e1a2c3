// A Lua script with its SHA-1, by which Redis knows it (EVALSHA). Inside the store's folder only.
#pragma once

#include "redis/command.hpp"

#include <initializer_list>
#include <string>
#include <string_view>

namespace hawkcache::store {

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

}  // namespace hawkcache::store
