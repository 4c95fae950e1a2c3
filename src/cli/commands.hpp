// The subcommands, each with its options as a value. All return an exit code (command_line.hpp).
#pragma once

#include <cstddef>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

namespace hawkcache::cli {

struct Streams {
  std::ostream& out;
  std::ostream& err;
};

struct ServeOptions {
  std::optional<std::string> config;
  std::optional<std::string> upstream;  // exactly one of these two
  std::optional<std::string> listen;
  std::optional<std::string> ttl;
  std::optional<std::string> redis;
};
// Runs until SIGTERM or SIGINT. REQUIRES: no thread has been started.
int serve(const ServeOptions& options, Streams streams);

struct CheckOptions {
  std::string config;
};
int check(const CheckOptions& options, Streams streams);

enum class OutputFormat { text, json };

struct ExplainOptions {
  std::string config;
  std::string method = "GET";
  std::vector<std::string> headers;  // "name: value"
  std::string target;
  OutputFormat format = OutputFormat::text;
};
int explain(const ExplainOptions& options, Streams streams);

// Where the admin listener is. Without either: http://127.0.0.1:9080 and the token from
// HAWKCACHE_ADMIN_TOKEN.
struct AdminOptions {
  std::optional<std::string> admin;   // a URL
  std::optional<std::string> config;  // its admin.listen and admin.token
};

struct PurgeOptions {
  AdminOptions admin;
  std::vector<std::string> tags;
  std::vector<std::string> urls;
  std::vector<std::string> prefixes;
  enum class Scope { named, everything } scope = Scope::named;
  enum class Kind { hard, soft } kind = Kind::hard;
};
int purge(const PurgeOptions& options, Streams streams);

struct StatsOptions {
  AdminOptions admin;
  OutputFormat format = OutputFormat::text;
};
int stats(const StatsOptions& options, Streams streams);

struct TopOptions {
  AdminOptions admin;
  std::string interval = "1s";
  std::optional<std::size_t> count;  // of views; none: until a signal or the end of the output
};
// REQUIRES: no thread has been started.
int top(const TopOptions& options, Streams streams);

int schema(Streams streams);
int version(Streams streams);

}  // namespace hawkcache::cli
