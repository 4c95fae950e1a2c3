#include "config/checks.hpp"

#include "base/host.hpp"
#include "config/addresses.hpp"
#include "config/units.hpp"

#include <algorithm>
#include <cerrno>
#include <string>
#include <system_error>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

namespace hawkcache::config {
namespace {

// Redis's own limit is 512 MiB (proto-max-bulk-len); fields, tags and the rest of a value need
// room.
constexpr std::uint64_t kLargestInRedis = 64 * kMiB;

Position position_or(const YamlNode* node, Position fallback) {
  return node ? node->position : fallback;
}

void check_admin(Reader& reader, const YamlNode& file, const AdminConfig& admin) {
  const YamlNode* section = file.find("admin");
  const YamlNode* listen = section ? section->find("listen") : nullptr;
  const YamlNode* token = section ? section->find("token") : nullptr;
  if (listen == nullptr || !reader.is_good(listen) || !reader.is_good(token)) return;
  if (is_loopback_host(admin.listen.host) || !admin.token.empty()) return;
  reader.error(
      listen->position,
      fmt::format(
          "admin.listen: {} is not a loopback address, and hawkcache refuses to start there "
          "without admin.token; set a token, or listen on 127.0.0.1:{}",
          to_string(admin.listen),
          admin.listen.port));
}

// Why a file could not be opened for appending; none: it could, as far as can be told without
// creating it.
std::error_code why_not_writable(const std::string& path) {
  struct stat info {};
  if (::stat(path.c_str(), &info) == 0) {
    if (S_ISDIR(info.st_mode)) return std::make_error_code(std::errc::is_a_directory);
    if (::faccessat(AT_FDCWD, path.c_str(), W_OK, AT_EACCESS) == 0) return {};
  } else if (errno == ENOENT) {
    const std::string directory = path.substr(0, path.rfind('/') + 1);
    if (::faccessat(AT_FDCWD, directory.c_str(), W_OK | X_OK, AT_EACCESS) == 0) return {};
  }
  return {errno, std::generic_category()};
}

void check_access_log(Reader& reader, const YamlNode& file, const AccessLog& access) {
  const YamlNode* section = file.find("log");
  const YamlNode* node = section ? section->find("access") : nullptr;
  if (node == nullptr || !reader.is_good(node) || access.kind != AccessLog::Kind::file) return;
  const std::error_code error = why_not_writable(access.path);
  if (!error) return;
  reader.error(node->position,
               fmt::format("log.access: cannot write to {}: {}; name a file in a directory that is "
                           "there and that hawkcache may write to",
                           access.path,
                           error.message()));
}

// [::] leaves IPv4 to 0.0.0.0 where both are listened on.
bool is_pair_of_wildcards(const Endpoint& one, const Endpoint& other) {
  const auto a = parse_ip_address(one.host);
  const auto b = parse_ip_address(other.host);
  return a && b && a->is_wildcard() && b->is_wildcard() && a->family != b->family;
}

void check_beside_others(Reader& reader,
                         Position position,
                         const std::vector<Endpoint>& listen,
                         std::size_t at) {
  const Endpoint& here = listen[at];
  for (std::size_t i = 0; i < at; ++i) {
    if (!overlap(listen[i], here) || is_pair_of_wildcards(listen[i], here)) continue;
    reader.error(position,
                 listen[i] == here
                     ? fmt::format("listen: {} is named twice; remove one", to_string(here))
                     : fmt::format("listen: {} and {} take the same address; remove one",
                                   to_string(listen[i]),
                                   to_string(here)));
    return;
  }
}

void check_beside_admin(Reader& reader,
                        Position position,
                        const Endpoint& here,
                        const Endpoint& admin) {
  if (!overlap(here, admin)) return;
  reader.error(
      position,
      here == admin
          ? fmt::format("listen: {} is the admin listener's address; give each its own port",
                        to_string(here))
          : fmt::format("listen: {} takes the admin listener's address too ({}); give each its own "
                        "port",
                        to_string(here),
                        to_string(admin)));
}

void check_listeners(Reader& reader, const YamlNode& file, const Config& config) {
  const YamlNode* node = file.find("listen");
  const YamlNode* section = file.find("admin");
  const YamlNode* admin = section ? section->find("listen") : nullptr;
  if (!reader.is_good(node)) return;
  for (std::size_t i = 0; i < config.listen.size(); ++i) {
    const bool in_list = node != nullptr && !node->items.empty();
    const Position position =
        in_list ? node->items[i]->position : position_or(node, position_or(admin, {1, 1}));
    check_beside_others(reader, position, config.listen, i);
    if (reader.is_good(admin))
      check_beside_admin(reader, position, config.listen[i], config.admin.listen);
  }
}

void check_upstream(Reader& reader, const YamlNode& file) {
  const YamlNode* section = file.find("upstream");
  const bool is_map = section && section->kind == YamlNode::Kind::map;
  const bool unreadable =
      section && section->kind != YamlNode::Kind::map && section->kind != YamlNode::Kind::null;
  if (unreadable || (is_map && section->find("servers"))) return;
  reader.error(position_or(section, {1, 1}),
               "upstream.servers is missing; write upstream: { servers: [http://127.0.0.1:8000] }");
}

// What is written under store.memory and means nothing to a store that is not in this process.
void warn_about_memory(Reader& reader, const YamlNode* memory) {
  if (memory == nullptr || memory->kind != YamlNode::Kind::map) return;
  for (const char* key : {"max_size", "max_entries", "eviction"}) {
    const YamlNode* value = memory->find(key);
    if (value == nullptr || !reader.is_good(value)) continue;
    reader.warning(value->position,
                   fmt::format("store.memory.{} has no effect with `backend: redis`, which keeps "
                               "nothing in this process; remove it, or use `backend: tiered`",
                               key));
  }
}

void check_size_in_redis(Reader& reader, const YamlNode& node, const StoreConfig& store) {
  if (store.memory.max_object <= kLargestInRedis) return;
  const YamlNode* memory = node.find("memory");
  const YamlNode* max_object = memory ? memory->find("max_object") : nullptr;
  if (max_object == nullptr || !reader.is_good(max_object)) return;
  reader.error(max_object->position,
               fmt::format("store.memory.max_object: Redis takes no values of {}; write at most {}",
                           size_text(store.memory.max_object),
                           size_text(kLargestInRedis)));
}

}  // namespace

void check_memory(Reader& reader, const YamlNode& node, MemoryConfig& memory) {
  const YamlNode* max_object = node.find("max_object");
  const bool good = reader.is_good(max_object) && reader.is_good(node.find("max_size"));
  if (max_object == nullptr) {
    memory.max_object = std::min(8 * kMiB, memory.max_size / 4);
  } else if (good && memory.max_object > memory.max_size) {
    reader.error(
        max_object->position,
        fmt::format("store.memory.max_object: {} is more than max_size ({}); write at most {}",
                    size_text(memory.max_object),
                    size_text(memory.max_size),
                    size_text(memory.max_size)));
  }
}

void check_store(Reader& reader, const YamlNode& node, StoreConfig& store) {
  const YamlNode* redis = node.find("redis");
  const YamlNode* backend = node.find("backend");
  const bool redis_map = redis && redis->kind == YamlNode::Kind::map;
  if (store.backend != StoreBackend::memory) {
    if (!redis_map || !redis->find("url")) {
      reader.error(position_or(backend, node.position),
                   "store.backend: this backend needs store.redis.url; write redis: { url: "
                   "redis://host:6379/0 }");
    }
  } else if (redis && reader.is_good(backend)) {
    reader.warning(
        redis->position,
        "store.redis is not used with `backend: memory`; remove it, or change the backend");
  }
  if (store.backend == StoreBackend::redis) warn_about_memory(reader, node.find("memory"));
  if (store.backend != StoreBackend::memory) check_size_in_redis(reader, node, store);
  if (redis_map && store.redis.on_failure == RedisFailure::stale_only) {
    reader.warning(redis->find("on_failure")->position,
                   "store.redis.on_failure: stale_only serves what this node holds while Redis is "
                   "away, purged or not: "
                   "the purge guarantee does not hold then; use origin to keep it");
  }
}

void check_file(Reader& reader, const YamlNode& node, Draft& draft) {
  check_upstream(reader, node);
  check_admin(reader, node, draft.config.admin);
  check_listeners(reader, node, draft.config);
  check_access_log(reader, node, draft.config.log.access);
  read_routes(reader, draft);
  if (draft.routes == nullptr || (draft.routes->kind == YamlNode::Kind::null)) {
    reader.warning(position_or(draft.routes, {1, 1}),
                   "routes is missing: nothing is cached; write routes: [{ path: \"/{rest:path}\" "
                   "}] to cache every GET");
  } else if (draft.routes->kind == YamlNode::Kind::sequence && draft.routes->items.empty()) {
    reader.warning(draft.routes->position,
                   "routes is empty: nothing is cached; add a rule with a path");
  }
}

}  // namespace hawkcache::config
