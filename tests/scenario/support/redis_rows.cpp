#include "scenario/support/redis_rows.hpp"

#include "support/redis_server.hpp"
#include "support/redis_wire.hpp"
#include "support/tls_files.hpp"

#include <algorithm>
#include <cstdlib>
#include <stdexcept>
#include <utility>

namespace hawkcache::scenario {
namespace {

using testing_support::RedisCli;
using testing_support::RedisServer;
using testing_support::RedisServerOptions;
using testing_support::RedisWire;
using testing_support::TlsFiles;

// The server itself is not what it should be.
class UnwellServer final : public UnwellRedis {
 public:
  using Change = std::function<void(RedisServer&)>;
  // `credentials`: "user:password@".
  UnwellServer(RedisServerOptions options, Change begins, Change ends, std::string credentials = {})
      : begins_(std::move(begins)),
        ends_(std::move(ends)),
        credentials_(std::move(credentials)),
        redis_(std::move(options)) {}
  std::string url() const override {
    return "redis://" + credentials_ + "127.0.0.1:" + std::to_string(redis_.port()) + "/0";
  }
  void begin() override { begins_(redis_); }
  void end() override { ends_(redis_); }

 private:
  const Change begins_;
  const Change ends_;
  const std::string credentials_;
  RedisServer redis_;
};

std::function<std::unique_ptr<UnwellRedis>()> server(UnwellServer::Change begins,
                                                     UnwellServer::Change ends,
                                                     RedisServerOptions options = {}) {
  return [=] { return std::make_unique<UnwellServer>(options, begins, ends); };
}

using Commands = std::vector<RedisCli::Words>;

void run(RedisServer& redis, const Commands& commands) {
  for (const RedisCli::Words& words : commands) {
    const auto reply = redis.cli().run(words);
    if (reply.is_error()) throw std::runtime_error(reply.text);
  }
}

// With a user of its own for the nodes.
std::function<std::unique_ptr<UnwellRedis>()> user(Commands begins, Commands ends) {
  return [=] {
    return std::make_unique<UnwellServer>(
        RedisServerOptions{.users = {"app on >secret ~* &* +@all"}},
        [=](RedisServer& redis) { run(redis, begins); },
        [=](RedisServer& redis) { run(redis, ends); },
        "app:secret@");
  };
}

// Nobody listens any more; over its socket it can still be reached.
void refuse(RedisServer& redis) {
  RedisCli cli = RedisCli::over_unix_socket(redis.socket_path());
  cli.text({"CONFIG", "SET", "port", "0"});
  cli.number({"CLIENT", "KILL", "LADDR", "127.0.0.1:" + std::to_string(redis.port())});
}
void accept_again(RedisServer& redis) {
  RedisCli cli = RedisCli::over_unix_socket(redis.socket_path());
  cli.text({"CONFIG", "SET", "port", std::to_string(redis.port())});
}

// Every connection breaks in the middle of the first reply on it.
class CutRedis final : public UnwellRedis {
 public:
  std::string url() const override {
    return "redis://127.0.0.1:" + std::to_string(wire_.port()) + "/0";
  }
  void begin() override { wire_.cut({}); }
  void end() override {
    wire_.mend();
    if (wire_.cuts() < 3) throw std::runtime_error("hardly anything was cut");
  }

 private:
  RedisServer redis_;
  RedisWire wire_{redis_.port()};
};

// Its certificate does not have its name.
class MisnamedRedis final : public UnwellRedis {
 public:
  MisnamedRedis() { ::setenv("SSL_CERT_FILE", files_.authority().c_str(), 1); }
  ~MisnamedRedis() override { ::unsetenv("SSL_CERT_FILE"); }
  MisnamedRedis(const MisnamedRedis&) = delete;
  MisnamedRedis& operator=(const MisnamedRedis&) = delete;
  std::string url() const override { return redis_.tls_url(); }
  void begin() override { use(files_.misnamed_certificate(), files_.misnamed_key()); }
  void end() override { use(files_.certificate(), files_.key()); }

 private:
  void use(const std::string& certificate, const std::string& key) {
    RedisCli cli = redis_.cli();
    cli.text({"CONFIG", "SET", "tls-cert-file", certificate, "tls-key-file", key});
    for (const char* type : {"normal", "pubsub"}) cli.number({"CLIENT", "KILL", "TYPE", type});
  }

  TlsFiles files_;
  RedisServer redis_{{.tls = &files_}};
};

}  // namespace

const std::vector<RedisRow>& redis_rows() {
  static const std::vector<RedisRow> all{
      {.name = "refused", .make = server(refuse, accept_again), .counter = "connect_failures"},
      {.name = "hung",
       .make = server([](RedisServer& redis) { redis.freeze(); },
                      [](RedisServer& redis) { redis.thaw(); }),
       .counter = "timeouts"},
      {.name = "replica",
       .make = server(
           [](RedisServer& redis) {
             // Of a master that is not there: it keeps what it has.
             redis.cli().text({"REPLICAOF", "127.0.0.1", "1"});
           },
           [](RedisServer& redis) {
             redis.cli().text({"REPLICAOF", "NO", "ONE"});
           }),
       .counter = "connect_failures",
       .said = "it is a replica",
       .generation = RedisRow::Generation::another},
      {.name = "restarted",
       .make = server([](RedisServer& redis) { redis.stop(); },
                      [](RedisServer& redis) { redis.start(); }),
       .counter = "connect_failures",
       .generation = RedisRow::Generation::another},
      // The last purges may not have reached the disk, so what the disk has kept is not used.
      {.name = "restarted_from_disk",
       .make = server([](RedisServer& redis) { redis.kill(); },
                      [](RedisServer& redis) {
                        redis.start();
                        if (redis.cli().number({"DBSIZE"}) < 3) {
                          throw std::runtime_error("nothing came from disk");
                        }
                      },
                      {.directives = {{"appendonly", "yes"}, {"appendfsync", "always"}}}),
       .counter = "connect_failures",
       .generation = RedisRow::Generation::another},
      {.name = "wrong_password",
       .make = user(
           {{"ACL", "SETUSER", "app", "resetpass", ">another"}, {"CLIENT", "KILL", "USER", "app"}},
           {{"ACL", "SETUSER", "app", "resetpass", ">secret"}}),
       .counter = "connect_failures",
       .said = "WRONGPASS"},
      {.name = "forbidden",
       .make = user({{"ACL", "SETUSER", "app", "-eval", "-evalsha"}},
                    {{"ACL", "SETUSER", "app", "+eval", "+evalsha"}}),
       .counter = "command_errors",
       .said = "NOPERM"},
      {.name = "cut",
       .make = [] { return std::make_unique<CutRedis>(); },
       .counter = "disconnects"},
      {.name = "certificate",
       .make = [] { return std::make_unique<MisnamedRedis>(); },
       .counter = "connect_failures",
       .said = "the server's certificate: "},
  };
  return all;
}

const RedisRow& redis_row(const std::string& name) {
  const auto& all = redis_rows();
  const auto found =
      std::find_if(all.begin(), all.end(), [&](const RedisRow& row) { return row.name == name; });
  if (found == all.end()) throw std::out_of_range(name);
  return *found;
}

}  // namespace hawkcache::scenario
