#include "store/census.hpp"

#include <algorithm>

namespace hawkcache::store {

void Census::add(const StoredResponse& response) {
  for (const TagRef& tag : response.tag_records()) tag->add_member();
  urls_.add(response.authority(), response.path_and_query());
}

void Census::remove(const StoredResponse& response) noexcept {
  for (const TagRef& tag : response.tag_records()) tag->remove_member();
  urls_.remove(response.authority(), response.path_and_query());
}

Purged Census::count(const PurgeRequest& request, std::uint64_t total) const {
  if (request.scope == PurgeRequest::Scope::everything) return {total, Purged::Accuracy::exact};
  Purged purged;
  for (const std::string& tag : request.tags) purged.count += fence_.members(tag);
  for (const UrlScope& url : request.urls) {
    purged.count += urls_.count(url.authority, url.path_and_query);
  }
  purged.count = std::min(purged.count, total);
  const bool one_thing = request.tags.size() + request.urls.size() == 1;
  purged.accuracy =
      one_thing && request.prefixes.empty() ? Purged::Accuracy::exact : Purged::Accuracy::estimate;
  return purged;
}

}  // namespace hawkcache::store
