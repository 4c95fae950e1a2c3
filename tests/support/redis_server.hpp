// A real redis-server for one test: on a free port of the loopback, in a directory of its own,
// without persistence unless asked for. It ends with the object, and with the thread that made it
// (see child_process.hpp): make it on the test's main thread, call it from there.
//
//   RedisServer redis({.password = "secret", .directives = {{"maxmemory", "10mb"}}});
//   redis.cli().text({"SET", "a", "1"});
//   redis.freeze();  // it hangs
//
// What goes wrong is thrown as std::runtime_error: a test without its server fails.
#pragma once

#include "support/child_process.hpp"
#include "support/redis_cli.hpp"
#include "support/temporary_directory.hpp"
#include "support/tls_files.hpp"

#include <atomic>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace hawkcache::testing_support {

struct RedisServerOptions {
  enum class Mode : std::uint8_t { server, cluster_node, sentinel };
  Mode mode = Mode::server;
  std::string password{};                                         // requirepass
  std::vector<std::pair<std::string, std::string>> directives{};  // lines of redis.conf
  std::vector<std::string> users{};                               // ACL: "app on >secret ~* +@all"
  const TlsFiles* tls = nullptr;  // listens on tls_port() too; outlives the server
};

class RedisServer {
 public:
  // Returns when it answers.
  explicit RedisServer(RedisServerOptions options = {});
  ~RedisServer();
  RedisServer(const RedisServer&) = delete;
  RedisServer& operator=(const RedisServer&) = delete;

  std::uint16_t port() const { return port_; }
  std::uint16_t tls_port() const { return tls_port_; }  // 0 without TLS
  std::uint16_t bus_port() const { return bus_port_; }  // of a node of a cluster
  std::string socket_path() const { return directory_.file("redis.sock"); }
  std::string directory() const { return directory_.path().string(); }
  // redis://:password@127.0.0.1:port/0, and the same as rediss:// and unix://.
  std::string url() const;
  std::string tls_url() const;
  std::string unix_url() const;
  // With the server's password. Over TCP, so that it is refused where others are.
  RedisCli cli(std::chrono::milliseconds patience = std::chrono::milliseconds(20000)) const;

  void stop();    // as its operator would; saves what it is configured to save
  void kill();    // as a crash would
  // It hangs: connections stay, nothing is answered. Any thread may call these two.
  void freeze();
  void thaw();
  void restart();  // stop() if need be, then the same port, directory and configuration
  void start();    // after stop() or kill()
  bool running() { return process_.running(); }
  std::string log() const;  // what it wrote

 private:
  void choose_ports();
  void write_configuration() const;
  // False when a port was taken by somebody else meanwhile.
  bool try_start();
  bool answers() const;

  RedisServerOptions options_;
  TemporaryDirectory directory_;
  std::uint16_t port_ = 0;
  std::uint16_t tls_port_ = 0;
  std::uint16_t bus_port_ = 0;
  ChildProcess process_;
  std::atomic<bool> frozen_{false};
};

}  // namespace hawkcache::testing_support
