#include "support/redis_monitor.hpp"

#include <cctype>
#include <cstddef>
#include <string_view>

namespace hawkcache::testing_support {
namespace {

// The next "quoted" text, with its escapes as they are but for the backslash: enough for names and
// numbers. Takes it from `line`.
std::string take_quoted(std::string_view& line) {
  std::string text;
  std::size_t at = line.find('"') + 1;
  for (; at < line.size() && line[at] != '"'; ++at) {
    if (line[at] == '\\') ++at;
    text += line[at];
  }
  line.remove_prefix(at + 1);
  return text;
}

std::string lower(std::string text) {
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

// 1700000000.123456 [0 127.0.0.1:1234] "get" "name"
SeenCommand parse(std::string_view line) {
  const std::size_t open = line.find('[');
  const std::size_t sender = line.find(' ', open) + 1;
  const std::size_t close = line.find(']', sender);
  SeenCommand command{std::string(line.substr(sender, close - sender)), {}, {}};
  line.remove_prefix(close + 1);
  command.name = lower(take_quoted(line));
  while (line.find('"') != std::string_view::npos) command.arguments.push_back(take_quoted(line));
  return command;
}

}  // namespace

RedisMonitor::RedisMonitor(const RedisServer& server) : lines_(server.cli()), asks_(server.cli()) {
  lines_.text({"MONITOR"});
}

std::vector<SeenCommand> RedisMonitor::take() {
  const std::string mark = "mark " + std::to_string(++takes_);
  asks_.text({"ECHO", mark});
  std::vector<SeenCommand> seen;
  for (;;) {
    SeenCommand command = parse(lines_.next().text);
    if (command.name == "echo" && command.arguments.front() == mark) return seen;
    seen.push_back(std::move(command));
  }
}

}  // namespace hawkcache::testing_support
