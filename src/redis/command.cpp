#include "redis/command.hpp"

#include <charconv>
#include <cstdlib>
#include <vector>

#include <hiredis/hiredis.h>

namespace hawkcache::redis {
namespace {

// The words of a command that was formatted here: "*2\r\n$3\r\nGET\r\n$1\r\na\r\n".
std::vector<std::string_view> words_of(std::string_view bytes) {
  std::vector<std::string_view> words;
  bytes.remove_prefix(bytes.find('\n') + 1);
  while (!bytes.empty()) {
    std::size_t size = 0;
    const std::size_t line_end = bytes.find('\r');
    std::from_chars(bytes.data() + 1, bytes.data() + line_end, size);
    words.push_back(bytes.substr(line_end + 2, size));
    bytes.remove_prefix(line_end + 2 + size + 2);
  }
  return words;
}

}  // namespace

void Command::Free::operator()(char* bytes) const noexcept { redisFreeCommand(bytes); }

Command::Command(std::string_view key, std::initializer_list<std::string_view> words)
    : Command(key, std::span(words.begin(), words.size())) {}

Command::Command(std::string_view key, std::span<const std::string_view> words) : key_(key) {
  format(words);
}

Command Command::to_master(std::size_t master, std::initializer_list<std::string_view> words) {
  Command command;
  command.master_ = master;
  command.format(std::span(words.begin(), words.size()));
  return command;
}

Command Command::script(const Script& script,
                        std::span<const std::string_view> keys,
                        std::span<const std::string_view> arguments) {
  const std::string count = std::to_string(keys.size());
  std::vector<std::string_view> words{"EVALSHA", script.sha1, count};
  words.insert(words.end(), keys.begin(), keys.end());
  words.insert(words.end(), arguments.begin(), arguments.end());
  Command command;
  if (!keys.empty()) command.key_ = keys.front();
  command.script_ = script;
  command.format(words);
  return command;
}

Command Command::with_source() const {
  std::vector<std::string_view> words = words_of(bytes());
  words[0] = "EVAL";
  words[1] = script_->source;
  Command command;
  command.key_ = key_;
  command.master_ = master_;
  command.script_ = script_;
  command.format(words);
  return command;
}

void Command::format(std::span<const std::string_view> words) {
  std::vector<const char*> texts;
  std::vector<std::size_t> sizes;
  texts.reserve(words.size());
  sizes.reserve(words.size());
  for (const std::string_view word : words) {
    texts.push_back(word.data());
    sizes.push_back(word.size());
  }
  char* bytes = nullptr;
  const int size =
      redisFormatCommandArgv(&bytes, static_cast<int>(words.size()), texts.data(), sizes.data());
  // It fails only for want of memory.
  if (size < 0) std::abort();
  bytes_.reset(bytes);
  size_ = static_cast<std::size_t>(size);
}

}  // namespace hawkcache::redis
