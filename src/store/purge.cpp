#include "store/purge.hpp"

#include "base/ascii.hpp"
#include "http/target.hpp"

#include <algorithm>
#include <functional>

#include <boost/unordered/unordered_flat_set.hpp>

namespace hawkcache::store {

namespace {

std::size_t hash_of(const std::string& tag) { return std::hash<std::string>()(tag); }

std::size_t hash_of(const UrlScope& scope) {
  return 31 * hash_of(scope.authority) + hash_of(scope.path_and_query);
}

template <typename Thing>
void drop_repeats_in(std::vector<Thing>& things) {
  if (things.size() < 2) return;
  // Places, not pointers to things that move: what is kept lies in front, in its order.
  const auto hash = [&](std::size_t place) { return hash_of(things[place]); };
  const auto equal = [&](std::size_t a, std::size_t b) { return things[a] == things[b]; };
  boost::unordered_flat_set<std::size_t, decltype(hash), decltype(equal)> known(
      std::min<std::size_t>(things.size(), 1024), hash, equal);
  std::size_t kept = 0;
  for (std::size_t next = 0; next < things.size(); ++next) {
    if (next != kept) std::swap(things[kept], things[next]);
    if (known.insert(kept).second) ++kept;
  }
  things.resize(kept);
}

}  // namespace

void drop_repeats(PurgeRequest& request) {
  drop_repeats_in(request.tags);
  drop_repeats_in(request.urls);
  drop_repeats_in(request.prefixes);
}

std::string normalized_authority(std::string_view authority) {
  const std::string_view plain = http::without_default_port(authority, "http");
  // Of either scheme, but not one port after the other.
  return ascii::to_lower(
      plain.size() < authority.size() ? plain : http::without_default_port(authority, "https"));
}

}  // namespace hawkcache::store
