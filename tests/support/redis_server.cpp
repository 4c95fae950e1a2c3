#include "support/redis_server.hpp"

#include "support/free_port.hpp"
#include "support/within.hpp"

#include <csignal>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string_view>

#include <unistd.h>

namespace hawkcache::testing_support {
namespace {

// Under sanitizers, on a machine with other things to do.

std::string find_program() {
  for (const char* path : {"/usr/bin/redis-server", "/usr/local/bin/redis-server"}) {
    if (::access(path, X_OK) == 0) return path;
  }
  return "redis-server";  // wherever PATH has it
}

std::string in_quotes(std::string_view value) {
  std::string result = "\"";
  for (const char character : value) {
    if (character == '"' || character == '\\') result += '\\';
    result += character;
  }
  return result + '"';
}

}  // namespace

RedisServer::RedisServer(RedisServerOptions options) : options_(std::move(options)) {
  for (int attempt = 0; attempt < 20; ++attempt) {
    choose_ports();
    write_configuration();
    if (try_start()) return;
  }
  throw std::runtime_error("redis-server finds no free port:\n" + log());
}

RedisServer::~RedisServer() = default;

void RedisServer::choose_ports() {
  port_ = free_port();
  if (options_.tls != nullptr) tls_port_ = free_port();
  if (options_.mode == RedisServerOptions::Mode::cluster_node) bus_port_ = free_port();
}

void RedisServer::write_configuration() const {
  std::ofstream file(directory_.file("redis.conf"));
  const auto line = [&file](std::string_view name, const std::string& value) {
    file << name << ' ' << in_quotes(value) << '\n';
  };
  file << "bind 127.0.0.1\n";
  file << "save \"\"\n";
  line("port", std::to_string(port_));
  line("dir", directory());
  line("unixsocket", socket_path());
  line("repl-diskless-sync-delay", "0");
  if (options_.mode == RedisServerOptions::Mode::cluster_node) {
    line("cluster-enabled", "yes");
    line("cluster-port", std::to_string(bus_port_));
  }
  if (options_.tls != nullptr) {
    line("tls-port", std::to_string(tls_port_));
    line("tls-cert-file", options_.tls->certificate());
    line("tls-key-file", options_.tls->key());
    line("tls-ca-cert-file", options_.tls->authority());
    line("tls-auth-clients", "no");
  }
  if (!options_.password.empty()) line("requirepass", options_.password);
  for (const std::string& user : options_.users) file << "user " << user << '\n';
  // As they are: some take several words.
  for (const auto& [name, value] : options_.directives) {
    file << name << ' ' << (value.empty() ? "\"\"" : value) << '\n';
  }
}

bool RedisServer::try_start() {
  const std::size_t written = log().size();
  std::vector<std::string> words{find_program(), directory_.file("redis.conf")};
  if (options_.mode == RedisServerOptions::Mode::sentinel) words.emplace_back("--sentinel");
  // Its answer on this path, which is its own, shows that it has its port, which others may want.
  ::unlink(socket_path().c_str());
  process_.start(words, directory_.file("redis.log"));
  frozen_ = false;
  require_within(
      kPatience, "an answer of redis-server", [this] { return !process_.running() || answers(); });
  if (process_.running()) return true;
  const std::string said = log().substr(written);
  if (said.find("Address already in use") != std::string::npos) return false;
  throw std::runtime_error(
      "redis-server did not start (is it installed? scripts/setup installs it):\n" + said);
}

bool RedisServer::answers() const {
  try {
    RedisCli cli = RedisCli::over_unix_socket(socket_path(), {}, Milliseconds(1000));
    // "NOAUTH ..." is an answer, "LOADING ..." is not yet.
    return !cli.run({"PING"}).text.starts_with("LOADING");
  } catch (const std::runtime_error&) {
    return false;
  }
}

std::string RedisServer::url() const {
  const std::string user = options_.password.empty() ? "" : ":" + options_.password + "@";
  return "redis://" + user + "127.0.0.1:" + std::to_string(port_) + "/0";
}

std::string RedisServer::tls_url() const {
  const std::string user = options_.password.empty() ? "" : ":" + options_.password + "@";
  return "rediss://" + user + "127.0.0.1:" + std::to_string(tls_port_) + "/0";
}

std::string RedisServer::unix_url() const { return "unix://" + socket_path(); }

RedisCli RedisServer::cli(std::chrono::milliseconds patience) const {
  return RedisCli(port_, options_.password, patience);
}

void RedisServer::stop() {
  thaw();
  process_.signal(SIGTERM);
  if (!process_.wait_for_end(kPatience)) throw std::runtime_error("redis-server does not end");
}

void RedisServer::kill() { process_.kill(); }

void RedisServer::freeze() {
  process_.freeze();
  frozen_ = true;
}

void RedisServer::thaw() {
  if (frozen_.exchange(false)) process_.signal(SIGCONT);
}

void RedisServer::start() {
  require_within(kPatience, "the server's own port, free again", [this] { return try_start(); });
}

void RedisServer::restart() {
  if (running()) stop();
  start();
}

std::string RedisServer::log() const {
  std::ifstream file(directory_.file("redis.log"));
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

}  // namespace hawkcache::testing_support
