// What a purge names, and what it answers. Values.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace hawkcache::store {

enum class PurgeKind : std::uint8_t { hard, soft };

// A URL or prefix as purges compare it: literally, with path and query as keyed. An empty authority
// means every host. Authorities are compared in lower case and without the default port (":80",
// ":443"); the scheme does not matter.
struct UrlScope {
  std::string authority;
  std::string path_and_query;
  bool operator==(const UrlScope&) const = default;
};

struct PurgeRequest {
  PurgeKind kind = PurgeKind::hard;
  std::vector<std::string> tags;
  std::vector<UrlScope> urls;
  std::vector<UrlScope> prefixes;
  enum class Scope : std::uint8_t { named, everything } scope = Scope::named;

  bool names_nothing() const noexcept {
    return tags.empty() && urls.empty() && prefixes.empty() && scope == Scope::named;
  }
};

// How many stored responses were known under what was named (each variant counts).
struct Purged {
  std::uint64_t count = 0;
  enum class Accuracy : std::uint8_t { exact, estimate } accuracy = Accuracy::exact;
};

// Leaves of each tag, URL and prefix that is named several times the first. Linear in what is
// named.
void drop_repeats(PurgeRequest& request);

// "API.Example.com:80" -> "api.example.com".
std::string normalized_authority(std::string_view authority);

}  // namespace hawkcache::store
