// A Redis server for tests: a thread that follows a script with blocking sockets on 127.0.0.1, as
// net's scripted origin does, and speaks RESP.
#pragma once

#include "unit/net/scripted_origin.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace hawkcache::redis::test {

using Words = std::vector<std::string>;

inline std::string bulk(std::string_view text) {
  return "$" + std::to_string(text.size()) + "\r\n" + std::string(text) + "\r\n";
}

class RedisConnection {
 public:
  explicit RedisConnection(net::test::OriginConnection socket) : socket_(std::move(socket)) {}

  // The next command: {"GET", "a"}.
  Words read_command() {
    Words words(number_after('*'));
    for (std::string& word : words) {
      word = socket_.read(number_after('$'));
      socket_.read(2);
    }
    return words;
  }
  void read_commands(std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) read_command();
  }
  void write(std::string_view bytes) { socket_.write(bytes); }
  bool try_write(std::string_view bytes) { return socket_.try_write(bytes); }
  std::string read_to_end() { return socket_.read_to_end(); }
  void close() { socket_.close(); }

  // Answers what a new connection says first.
  void greet(std::string_view run_id = "run1", std::string_view role = "master") {
    read_commands(3);
    write(bulk("# Server\r\nredis_mode:standalone\r\nrun_id:" + std::string(run_id) + "\r\n") +
          bulk("# Replication\r\nrole:" + std::string(role) + "\r\nmaster_replid:replid1\r\n") +
          "+OK\r\n");
  }

 private:
  std::size_t number_after(char sign) {
    std::string line = socket_.read(1);
    if (line.front() != sign) throw std::runtime_error("not the RESP that was expected");
    while (!line.ends_with("\r\n")) line += socket_.read(1);
    return std::stoul(line.substr(1));
  }

  net::test::OriginConnection socket_;
};

class ScriptedRedis {
 public:
  explicit ScriptedRedis(std::function<void(ScriptedRedis&)> script)
      : origin_([this, run = std::move(script)](net::test::ScriptedOrigin& origin) {
          listener_ = &origin;
          run(*this);
        }) {}
  std::uint16_t port() const { return origin_.port(); }
  void join() { origin_.join(); }

  // For the script:
  RedisConnection accept() { return RedisConnection(listener_->accept()); }
  RedisConnection welcome() {
    RedisConnection connection = accept();
    connection.greet();
    return connection;
  }
  bool has_caller() const { return listener_->has_caller(); }

 private:
  net::test::ScriptedOrigin* listener_ = nullptr;
  net::test::ScriptedOrigin origin_;
};

}  // namespace hawkcache::redis::test
