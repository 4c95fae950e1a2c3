#include "support/redis_cli.hpp"

#include <stdexcept>

#include <hiredis/hiredis.h>
#include <sys/time.h>

namespace hawkcache::testing_support {
namespace {

timeval as_timeval(std::chrono::milliseconds time) {
  return {time.count() / 1000, time.count() % 1000 * 1000};
}

redisContext* checked(redisContext* context, std::chrono::milliseconds patience) {
  if (context == nullptr) throw std::runtime_error("redis: no memory for a connection");
  if (context->err != 0) {
    const std::string why = context->errstr;
    redisFree(context);
    throw std::runtime_error("redis: no connection: " + why);
  }
  redisSetTimeout(context, as_timeval(patience));
  return context;
}

CliReply copy(const redisReply& reply) {
  CliReply result;
  if (reply.str != nullptr) result.text.assign(reply.str, reply.len);
  switch (reply.type) {
    case REDIS_REPLY_STRING:
      result.type = CliReply::Type::text;
      break;
    case REDIS_REPLY_STATUS:
      result.type = CliReply::Type::status;
      break;
    case REDIS_REPLY_ERROR:
      result.type = CliReply::Type::error;
      break;
    case REDIS_REPLY_INTEGER:
      result.type = CliReply::Type::integer;
      result.integer = reply.integer;
      result.text = std::to_string(reply.integer);
      break;
    case REDIS_REPLY_ARRAY:
      result.type = CliReply::Type::array;
      for (std::size_t i = 0; i < reply.elements; ++i) {
        result.elements.push_back(copy(*reply.element[i]));
      }
      break;
    default:
      result.text = "(nil)";
  }
  return result;
}

CliReply without_error(CliReply reply, const RedisCli::Words& words) {
  if (reply.is_error()) {
    throw std::runtime_error("redis: " + words.front() + " answered " + reply.text);
  }
  return reply;
}

}  // namespace

void RedisCli::Free::operator()(redisContext* context) const { redisFree(context); }

RedisCli::RedisCli(redisContext* context) : context_(context) {}

RedisCli::RedisCli(std::uint16_t port,
                   const std::string& password,
                   std::chrono::milliseconds patience)
    : context_(
          checked(redisConnectWithTimeout("127.0.0.1", port, as_timeval(patience)), patience)) {
  log_in(password);
}

RedisCli RedisCli::over_unix_socket(const std::string& path,
                                    const std::string& password,
                                    std::chrono::milliseconds patience) {
  RedisCli cli(checked(redisConnectUnixWithTimeout(path.c_str(), as_timeval(patience)), patience));
  cli.log_in(password);
  return cli;
}

void RedisCli::log_in(const std::string& password) {
  if (!password.empty()) text({"AUTH", password});
}

void RedisCli::append(const Words& words) {
  std::vector<const char*> texts;
  std::vector<std::size_t> sizes;
  for (const std::string& word : words) {
    texts.push_back(word.data());
    sizes.push_back(word.size());
  }
  redisAppendCommandArgv(
      context_.get(), static_cast<int>(words.size()), texts.data(), sizes.data());
}

CliReply RedisCli::next() {
  void* raw = nullptr;
  if (redisGetReply(context_.get(), &raw) != REDIS_OK) {
    throw std::runtime_error(std::string("redis: no reply: ") + context_->errstr);
  }
  auto* reply = static_cast<redisReply*>(raw);
  CliReply result = copy(*reply);
  freeReplyObject(reply);
  return result;
}

CliReply RedisCli::run(const Words& words) {
  append(words);
  return next();
}

std::vector<CliReply> RedisCli::run_all(const std::vector<Words>& commands) {
  for (const Words& words : commands) append(words);
  std::vector<CliReply> replies;
  replies.reserve(commands.size());
  for (std::size_t i = 0; i < commands.size(); ++i) replies.push_back(next());
  return replies;
}

std::string RedisCli::text(const Words& words) { return without_error(run(words), words).text; }

long long RedisCli::number(const Words& words) { return without_error(run(words), words).integer; }

std::vector<std::string> RedisCli::list(const Words& words) {
  const CliReply reply = without_error(run(words), words);
  std::vector<std::string> result;
  for (const CliReply& element : reply.elements) result.push_back(element.text);
  return result;
}

// WAIT means what was written before the last command of its own connection: of a new one, nothing.
long long RedisCli::replicas_up_to_date(int wanted) {
  text({"PING"});
  return number({"WAIT", std::to_string(wanted), "5000"});
}

std::string RedisCli::info(const Words& words, const std::string& name) {
  std::string lines = "\n";
  lines += text(words);
  const std::size_t start = lines.find("\n" + name + ":");
  if (start == std::string::npos) return {};
  const std::size_t value = start + name.size() + 2;
  return lines.substr(value, lines.find_first_of("\r\n", value) - value);
}

}  // namespace hawkcache::testing_support
