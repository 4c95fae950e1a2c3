// Runs the store's commands against a real server, as a client would that knows nothing but them.
#pragma once

#include "redis/command.hpp"
#include "redis/reply.hpp"
#include "support/redis_cli.hpp"
#include "support/redis_server.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace hawkcache::shared_store {

// The words of a command: *N, then $size and the bytes of each.
inline std::vector<std::string> words_of(const redis::Command& command) {
  std::string_view rest = command.bytes();
  const auto take_number = [&rest] {
    const std::size_t end = rest.find("\r\n");
    const std::size_t number = std::stoul(std::string(rest.substr(1, end - 1)));
    rest.remove_prefix(end + 2);
    return number;
  };
  std::vector<std::string> words(take_number());
  for (std::string& word : words) {
    const std::size_t size = take_number();
    word = rest.substr(0, size);
    rest.remove_prefix(size + 2);
  }
  return words;
}

inline redis::Reply to_reply(const testing_support::CliReply& from) {
  using Type = testing_support::CliReply::Type;
  redis::Reply reply;
  switch (from.type) {
    case Type::nil:
      reply.type = redis::Reply::Type::nil;
      break;
    case Type::status:
      reply.type = redis::Reply::Type::status;
      break;
    case Type::error:
      reply.type = redis::Reply::Type::error;
      break;
    case Type::text:
      reply.type = redis::Reply::Type::text;
      break;
    case Type::integer:
      reply.type = redis::Reply::Type::integer;
      break;
    case Type::array:
      reply.type = redis::Reply::Type::array;
      break;
  }
  if (from.type != Type::nil) reply.text = from.text;
  reply.integer = from.integer;
  for (const auto& element : from.elements) reply.elements.push_back(to_reply(element));
  return reply;
}

class ScriptRunner {
 public:
  explicit ScriptRunner(testing_support::RedisCli& cli) : cli_(cli) {}

  redis::Reply run(const redis::Command& command) {
    testing_support::CliReply reply = cli_.run(words_of(command));
    if (reply.text.starts_with("NOSCRIPT") && command.script() != nullptr) {
      const std::string sha = cli_.text({"SCRIPT", "LOAD", std::string(command.script()->source)});
      // Else it would be loaded again and again.
      if (sha != command.script()->sha1) throw std::runtime_error("a script with a wrong SHA-1");
      reply = cli_.run(words_of(command));
    }
    return to_reply(reply);
  }
  // Of a command whose reply must be an integer; anything else is -1 or lower.
  long long number(const redis::Command& command) {
    const redis::Reply reply = run(command);
    if (!reply.is(redis::Reply::Type::integer)) {
      throw std::runtime_error("no integer but: " + reply.text);
    }
    return reply.integer;
  }

 private:
  testing_support::RedisCli& cli_;
};

}  // namespace hawkcache::shared_store
