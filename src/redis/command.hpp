// A command as it goes over the wire (RESP, formatted by hiredis), with what routes it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace hawkcache::redis {

class Command {
 public:
  // `key` decides on the server of a cluster; a command without one goes to any master.
  Command(std::string_view key, std::initializer_list<std::string_view> words);
  Command(std::string_view key, std::span<const std::string_view> words);
  // To the master with this number (see Client::masters).
  static Command to_master(std::size_t master, std::initializer_list<std::string_view> words);

  // EVALSHA of a script that takes these keys and arguments. `sha` and `source` outlive the
  // command. A server that does not know the script yet is given its source by the client.
  struct Script {
    std::string_view source;
    std::string_view sha1;  // 40 lower-case hex digits
  };
  static Command script(const Script& script,
                        std::span<const std::string_view> keys,
                        std::span<const std::string_view> arguments);

  // The same script as EVAL, for a server that does not know it. REQUIRES: script().
  Command with_source() const;

  std::string_view bytes() const noexcept { return {bytes_.get(), size_}; }
  std::string_view key() const noexcept { return key_; }
  std::optional<std::size_t> master() const noexcept { return master_; }
  // Of a script; null otherwise.
  const Script* script() const noexcept { return script_ ? &*script_ : nullptr; }

 private:
  struct Free {
    void operator()(char* bytes) const noexcept;
  };
  Command() = default;
  void format(std::span<const std::string_view> words);

  std::unique_ptr<char, Free> bytes_;
  std::size_t size_ = 0;
  std::string key_;
  std::optional<std::size_t> master_;
  std::optional<Script> script_;
};

}  // namespace hawkcache::redis
