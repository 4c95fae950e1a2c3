// How many stored responses there are under each tag and each URL, kept as they come and go, so
// that a purge can say what it concerned without walking the store. Thread-safe.
//
// A response is counted before it goes in and until after it went out: the numbers are never too
// low.
#pragma once

#include "store/purge.hpp"
#include "store/purge_fence.hpp"
#include "store/stored_response.hpp"
#include "store/url_counts.hpp"

namespace hawkcache::store {

class Census {
 public:
  explicit Census(const PurgeFence& fence) : fence_(fence) {}

  void add(const StoredResponse& response);
  void remove(const StoredResponse& response) noexcept;

  // What is known under what a purge names, of `total` responses. Exact for one tag, one URL or
  // everything; otherwise an upper bound (for prefixes, of which nothing is known, of what else is
  // named).
  Purged count(const PurgeRequest& request, std::uint64_t total) const;

 private:
  const PurgeFence& fence_;
  UrlCounts urls_;
};

}  // namespace hawkcache::store
