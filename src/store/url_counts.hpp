// How many stored responses lie under a URL: of one host, and of every host. Sixteen bytes per path
// and none of its text; the hosts are told apart only where a path has more than one. Thread-safe.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string_view>

#include <boost/unordered/unordered_flat_map.hpp>

namespace hawkcache::store {

class UrlCounts {
 public:
  void add(std::string_view authority, std::string_view path_and_query);
  void remove(std::string_view authority, std::string_view path_and_query) noexcept;
  // An empty authority: on every host.
  std::uint64_t count(std::string_view authority, std::string_view path_and_query) const;

  // What one stored response adds to memory here, about.
  static constexpr std::size_t kBytesPerEntry = 32;

 private:
  struct Path {
    std::uint32_t total = 0;
    std::uint32_t only_host = 0;  // of the authority's hash; kSeveral: each is in by_host
  };
  static constexpr std::uint32_t kSeveral = 0;
  struct alignas(64) Shard {
    mutable std::mutex mutex;
    boost::unordered_flat_map<std::uint64_t, Path> paths;
    boost::unordered_flat_map<std::uint64_t, std::uint32_t> by_host;  // scope_hash, where kSeveral
    void tell_hosts_apart(std::uint64_t path_hash, Path& path);
  };
  // Many: a table that grows is rehashed at one go, under its lock, by whoever stores just then.
  static constexpr std::size_t kShards = 64;
  static std::uint64_t host_key(std::uint32_t host, std::uint64_t path_hash) noexcept;
  Shard& shard_of(std::uint64_t path_hash) noexcept { return shards_[path_hash % kShards]; }
  const Shard& shard_of(std::uint64_t path_hash) const noexcept {
    return shards_[path_hash % kShards];
  }

  std::array<Shard, kShards> shards_;
};

}  // namespace hawkcache::store
