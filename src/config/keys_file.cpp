// The table of keys: everything but the keys of a rule.
#include "config/checks.hpp"
#include "config/keys.hpp"
#include "config/units.hpp"

namespace hawkcache::config {
namespace {

constexpr std::uint64_t kManyMillions = 1'000'000'000;
constexpr Duration kLongestRedisTimeout{5000};  // a purge is answered within five seconds

const Section<AdminConfig>& admin_section() {
  using T = AdminConfig;
  static const Section<T> section{
      "admin",
      "admin.",
      {
          value_key<T>("listen",
                       &T::listen,
                       endpoint_kind(),
                       "127.0.0.1:9080",
                       "Where the admin listener accepts: purges, metrics, health, dashboard."),
          value_key<T>("token",
                       &T::token,
                       token_kind(),
                       "none",
                       "The bearer token for the admin listener. Optional on loopback; needed "
                       "anywhere else."),
      },
      {}};
  return section;
}

const Section<UpstreamConfig>& upstream_section() {
  using T = UpstreamConfig;
  static const Section<T> section{
      "upstream",
      "upstream.",
      {
          value_key<T>(
              "servers",
              &T::servers,
              list_kind<UpstreamServer>(server_kind(),
                                        "list of URLs",
                                        ListForm::single_too,
                                        EmptyList::refused,
                                        [](const UpstreamServer& server) {
                                          return "http://" + to_string(server.endpoint);
                                        }),
              "required",
              "The API servers, `http://host[:port]`; several are balanced, with passive health "
              "checks."),
          value_key<T>("connect_timeout",
                       &T::connect_timeout,
                       duration_kind(kMillisecond),
                       "2s",
                       "How long connecting to a server may take."),
          value_key<T>(
              "response_timeout",
              &T::response_timeout,
              duration_kind(kMillisecond),
              "30s",
              "From the end of the request to the first byte of the response head; then 504."),
          value_key<T>("idle_timeout",
                       &T::idle_timeout,
                       duration_kind(kMillisecond),
                       "30s",
                       "The longest silence between two pieces of a response body; and what a "
                       "response head may take from its first byte to its last."),
          value_key<T>("keepalive",
                       &T::keepalive,
                       duration_kind(),
                       "4s",
                       "How long an unused connection to a server is kept; stay below the server's "
                       "own keep-alive. `0s`: none is kept."),
          value_key<T>("max_idle",
                       &T::max_idle,
                       integer_kind(0, 100'000),
                       "64",
                       "How many unused connections each thread keeps for each server."),
          value_key<T>("fail_timeout",
                       &T::fail_timeout,
                       duration_kind(),
                       "1s",
                       "How long a server that failed is passed over, while another one is there."),
      },
      {}};
  return section;
}

const Section<MemoryConfig>& memory_section() {
  using T = MemoryConfig;
  static const Section<T> section{
      "store.memory",
      "store.memory.",
      {
          value_key<T>("max_size",
                       &T::max_size,
                       size_kind(64 * kKiB),
                       "512MiB",
                       "What the memory store may hold, headers, tags and bookkeeping included."),
          value_key<T>("max_entries",
                       &T::max_entries,
                       integer_kind(1, kManyMillions),
                       "1000000",
                       "How many stored responses it may hold; each variant counts."),
          value_key<T>("max_object",
                       &T::max_object,
                       size_kind(1),
                       "the smaller of 8MiB and max_size / 4",
                       "The largest response that is stored; larger ones pass through."),
          value_key<T>("eviction",
                       &T::eviction,
                       choice_kind<Eviction>({{"s3fifo", Eviction::s3fifo},
                                              {"sieve", Eviction::sieve},
                                              {"lru", Eviction::lru}}),
                       "s3fifo",
                       "Who leaves first when the store is full."),
      },
      check_memory};
  return section;
}

const Section<RedisConfig>& redis_section() {
  using T = RedisConfig;
  static const Section<T> section{
      "store.redis",
      "store.redis.",
      {
          value_key<T>("url",
                       &T::url,
                       redis_url_kind(),
                       "none",
                       "`redis://`, `rediss://` (TLS), `unix://`, `redis+sentinel://` or "
                       "`redis+cluster://`."),
          value_key<T>("prefix",
                       &T::prefix,
                       redis_prefix_kind(),
                       "hawkcache:",
                       "What every key in Redis begins with, without blanks and braces; "
                       "`hawkapi-cache:` shares tags with that library."),
          value_key<T>("timeout",
                       &T::timeout,
                       duration_kind(kMillisecond, kLongestRedisTimeout),
                       "50ms",
                       "What a request waits for Redis at the most, 5s at the longest; then the "
                       "origin answers."),
          value_key<T>("on_failure",
                       &T::on_failure,
                       choice_kind<RedisFailure>({{"origin", RedisFailure::origin},
                                                  {"stale_only", RedisFailure::stale_only}}),
                       "origin",
                       "While Redis is away: ask the origin, or protect it and give up the purge "
                       "guarantee."),
      },
      {}};
  return section;
}

const Section<StoreConfig>& store_section() {
  using T = StoreConfig;
  static const Section<T> section{
      "store",
      "store.",
      {
          value_key<T>("backend",
                       &T::backend,
                       choice_kind<StoreBackend>({{"memory", StoreBackend::memory},
                                                  {"redis", StoreBackend::redis},
                                                  {"tiered", StoreBackend::tiered}}),
                       "memory",
                       "Where responses are stored: in this process, in Redis, or in memory in "
                       "front of Redis."),
          section_key<T>("memory",
                         &T::memory,
                         memory_section(),
                         "The memory store. With `backend: redis` only `max_object` counts."),
          section_key<T>("redis",
                         &T::redis,
                         redis_section(),
                         "The Redis store; used by the backends redis and tiered."),
      },
      check_store};
  return section;
}

const Section<LogConfig>& log_section() {
  using T = LogConfig;
  static const Section<T> section{
      "log",
      "log.",
      {
          value_key<T>("level",
                       &T::level,
                       choice_kind<log::Level>({{"debug", log::Level::debug},
                                                {"info", log::Level::info},
                                                {"warn", log::Level::warn},
                                                {"error", log::Level::error},
                                                {"off", log::Level::off}}),
                       "info",
                       "The least important messages that are written (to stderr)."),
          value_key<T>(
              "format",
              &T::format,
              choice_kind<log::Format>({{"text", log::Format::text}, {"json", log::Format::json}}),
              "text",
              "Lines for people, or one JSON object per line; for the access log too."),
          value_key<T>("access",
                       &T::access,
                       access_log_kind(),
                       "off",
                       "One line per request: nowhere, to stdout, or to a file."),
      },
      {}};
  return section;
}

Key<Draft> node_key(std::string name,
                    const YamlNode* Draft::*member,
                    const Section<RouteConfig>& section,
                    KeyInfo::Shape shape,
                    std::string doc) {
  auto read = [member](Reader&, const YamlNode& node, const std::string&, Draft& draft) {
    draft.*member = &node;
  };
  return {KeyInfo{std::move(name), {}, std::move(doc), {"section", {}, {}}, shape, section.infos()},
          std::move(read)};
}

}  // namespace

const Section<Draft>& file_section() {
  using T = Draft;
  static const Section<T> section{
      "the file",
      "",
      {
          value_key<T>(
              "listen",
              [](T & d) -> auto& { return d.config.listen; },
              list_kind(
                  endpoint_kind(), "list of addresses", ListForm::single_too, EmptyList::refused),
              "0.0.0.0:8080",
              "Where clients connect: one address or a list. IPv6 in brackets; port 0 lets the "
              "system choose."),
          value_key<T>(
              "threads",
              [](T & d) -> auto& { return d.config.threads; },
              integer_kind(1, 1024),
              "one per core",
              "Event-loop threads."),
          value_key<T>(
              "pin_threads",
              [](T & d) -> auto& { return d.config.pin_threads; },
              boolean_kind(),
              "false",
              "Whether each event-loop thread keeps to one core, of those that the process may "
              "use."),
          section_key<T>(
              "admin",
              [](T & d) -> auto& { return d.config.admin; },
              admin_section(),
              "The admin listener."),
          section_key<T>(
              "upstream",
              [](T & d) -> auto& { return d.config.upstream; },
              upstream_section(),
              "The API servers behind the cache."),
          section_key<T>(
              "store",
              [](T & d) -> auto& { return d.config.store; },
              store_section(),
              "Where responses are kept."),
          section_key<T>(
              "log",
              [](T & d) -> auto& { return d.config.log; },
              log_section(),
              "What is written about the work."),
          section_key<T>(
              "limits",
              [](T & d) -> auto& { return d.config.limits; },
              limits_section(),
              "What clients and upstream servers may ask for."),
          value_key<T>(
              "drain_timeout",
              [](T & d) -> auto& { return d.config.drain_timeout; },
              duration_kind(),
              "10s",
              "How long SIGTERM waits for what is in flight."),
          value_key<T>(
              "cache_status_key",
              [](T & d) -> auto& { return d.config.cache_status_key; },
              boolean_kind(),
              "false",
              "Whether Cache-Status shows the cache key."),
          node_key("defaults",
                   &T::defaults,
                   defaults_section(),
                   KeyInfo::Shape::section,
                   "Any key of a rule but name and path, for all rules that don't say otherwise."),
          node_key("routes",
                   &T::routes,
                   route_section(),
                   KeyInfo::Shape::list_of_sections,
                   "The rules; the first that matches wins, and what matches none passes through "
                   "uncached."),
      },
      check_file};
  return section;
}

}  // namespace hawkcache::config
