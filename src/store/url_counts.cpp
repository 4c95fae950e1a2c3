#include "store/url_counts.hpp"

#include "store/scope_hash.hpp"

#include <new>

namespace hawkcache::store {

namespace {

// Never 0: authority_hash is odd for every host's name.
std::uint32_t host_of(std::string_view authority) noexcept {
  return static_cast<std::uint32_t>(authority_hash(authority)) | 1u;
}

// A table keeps its memory when entries leave it, of whatever time it had the most.
template <class Map>
void shrink(Map& map) noexcept {
  if (map.size() >= map.bucket_count() / 8) return;
  try {
    map.rehash(map.size() * 2);
  } catch (const std::bad_alloc&) {
    // It stays as large as it is.
  }
}

}  // namespace

std::uint64_t UrlCounts::host_key(std::uint32_t host, std::uint64_t path_hash) noexcept {
  return scope_hash(host, path_hash);
}

void UrlCounts::Shard::tell_hosts_apart(std::uint64_t path_hash, Path& path) {
  if (path.only_host == kSeveral) return;
  by_host[host_key(path.only_host, path_hash)] = path.total;
  path.only_host = kSeveral;
}

void UrlCounts::add(std::string_view authority, std::string_view path_and_query) {
  const std::uint64_t hash = path_hash(path_and_query);
  const std::uint32_t host = host_of(authority);
  Shard& shard = shard_of(hash);
  const std::lock_guard lock(shard.mutex);
  Path& path = shard.paths[hash];
  if (path.total == 0) {
    path.only_host = host;
  } else if (path.only_host != host) {
    shard.tell_hosts_apart(hash, path);
    ++shard.by_host[host_key(host, hash)];
  }
  ++path.total;
}

void UrlCounts::remove(std::string_view authority, std::string_view path_and_query) noexcept {
  const std::uint64_t hash = path_hash(path_and_query);
  Shard& shard = shard_of(hash);
  const std::lock_guard lock(shard.mutex);
  const auto path = shard.paths.find(hash);
  if (path == shard.paths.end()) return;
  if (path->second.only_host == kSeveral) {
    const auto counted = shard.by_host.find(host_key(host_of(authority), hash));
    if (counted != shard.by_host.end() && --counted->second == 0) {
      shard.by_host.erase(counted);
      shrink(shard.by_host);
    }
  }
  if (--path->second.total > 0) return;
  shard.paths.erase(path);
  shrink(shard.paths);
}

std::uint64_t UrlCounts::count(std::string_view authority, std::string_view path_and_query) const {
  const std::uint64_t hash = path_hash(path_and_query);
  const Shard& shard = shard_of(hash);
  const std::lock_guard lock(shard.mutex);
  const auto path = shard.paths.find(hash);
  if (path == shard.paths.end()) return 0;
  if (authority.empty()) return path->second.total;
  const std::uint32_t host = host_of(authority);
  if (path->second.only_host != kSeveral) {
    return path->second.only_host == host ? path->second.total : 0;
  }
  const auto counted = shard.by_host.find(host_key(host, hash));
  return counted == shard.by_host.end() ? 0 : counted->second;
}

}  // namespace hawkcache::store
