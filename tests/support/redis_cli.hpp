// A small blocking client for tests to look into a Redis server with, and to do to it what other
// programs do. One thread at a time.
//
//   RedisCli cli(server.port());
//   cli.text({"SET", "a", "1"});               // "OK"
//   cli.list({"SMEMBERS", "tag:x"});           // the elements
//   cli.run({"GET", "a"}).is_error();          // replies as they are
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

struct redisContext;

namespace hawkcache::testing_support {

struct CliReply {
  enum class Type : std::uint8_t { nil, status, error, text, integer, array };
  Type type = Type::nil;
  std::string text;  // of an integer its digits; of nil "(nil)"
  long long integer = 0;
  std::vector<CliReply> elements;

  bool is_error() const { return type == Type::error; }
};

class RedisCli {
 public:
  using Words = std::vector<std::string>;

  // All of these throw std::runtime_error when there is no connection or no reply in time.
  explicit RedisCli(std::uint16_t port,
                    const std::string& password = {},
                    std::chrono::milliseconds patience = std::chrono::milliseconds(20000));
  static RedisCli over_unix_socket(
      const std::string& path,
      const std::string& password = {},
      std::chrono::milliseconds patience = std::chrono::milliseconds(20000));

  // Error replies are replies.
  CliReply run(const Words& words);
  // All sent before the first reply is read: for filling a server.
  std::vector<CliReply> run_all(const std::vector<Words>& commands);
  // What comes next, asked for or not (after MONITOR, SUBSCRIBE).
  CliReply next();

  // These throw on error replies.
  std::string text(const Words& words);
  long long number(const Words& words);
  std::vector<std::string> list(const Words& words);
  // The value of a line `name:value` of INFO or CLUSTER INFO; empty when there is no such line.
  std::string info(const Words& words, const std::string& name);
  // How many replicas have all that anybody has written so far; waits for `wanted` of them, no
  // longer than five seconds.
  long long replicas_up_to_date(int wanted);

 private:
  explicit RedisCli(redisContext* context);
  void log_in(const std::string& password);
  void append(const Words& words);

  struct Free {
    void operator()(redisContext* context) const;
  };
  std::unique_ptr<redisContext, Free> context_;
};

}  // namespace hawkcache::testing_support
