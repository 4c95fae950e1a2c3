// Stored responses for tests, a field at a time:
//   put(response("/users/7").tags({"users"}).body(1000).fetched(ticket));
#pragma once

#include "caching/cache_key.hpp"
#include "store/store.hpp"
#include "store/stored_response.hpp"

#include <chrono>
#include <concepts>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace hawkcache::store {

inline constexpr WallTime kNow{std::chrono::hours(24 * 365 * 55)};

inline std::string key_text(std::string_view authority, std::string_view path) {
  std::string text("http\0", 5);
  text.append(authority).push_back('\0');
  return text.append(path);
}

// "/item", 7 -> "/item7"
template <std::integral Number>
std::string numbered(std::string_view text, Number number) {
  std::string result(text);
  result += std::to_string(number);
  return result;
}

class ResponseMaker {
 public:
  explicit ResponseMaker(std::string path) {
    parts_.authority = "api.example.com";
    parts_.path_and_query = std::move(path);
    parts_.head = "HTTP/1.1 200 OK\r\n";
    parts_.epoch = 1;
    parts_.meta.freshness.response_time = kNow;
    parts_.meta.freshness.lifetime = std::chrono::hours(1);
  }
  ResponseMaker& host(std::string authority) {
    parts_.authority = std::move(authority);
    return *this;
  }
  ResponseMaker& tags(std::vector<std::string> tags) {
    parts_.meta.tags = std::move(tags);
    return *this;
  }
  ResponseMaker& head(std::string head) {
    parts_.head = std::move(head);
    return *this;
  }
  ResponseMaker& body(std::size_t size) {
    parts_.body = {SharedBytes::copy_of(std::string(size, 'x'))};
    return *this;
  }
  ResponseMaker& lifetime(Duration lifetime) {
    parts_.meta.freshness.lifetime = lifetime;
    return *this;
  }
  ResponseMaker& varies(std::vector<std::string> names, std::string secondary_key) {
    parts_.meta.vary = std::make_shared<const caching::VaryNames>(std::move(names));
    parts_.meta.secondary_key = std::move(secondary_key);
    return *this;
  }
  ResponseMaker& rule(std::uint64_t fingerprint) {
    parts_.meta.rule_fingerprint = fingerprint;
    return *this;
  }
  // Trusted only as far as an older fetch is; in the order of an older one.
  ResponseMaker& trusted_like(const FetchTicket& older) {
    parts_.epoch = older.epoch();
    parts_.shared = older_of(parts_.shared, older.shared());
    return *this;
  }
  ResponseMaker& ordered_like(const FetchTicket& older) {
    parts_.sequence = older.sequence();
    return *this;
  }
  ResponseMaker& fetched(const FetchTicket& ticket) {
    parts_.epoch = ticket.epoch();
    parts_.sequence = ticket.sequence();
    parts_.shared = ticket.shared();
    return *this;
  }
  NewResponsePtr made() { return StoredResponse::make(parts()); }
  NewResponsePtr made_for(Store& store) { return store.make(parts()); }
  const StoredParts& parts() {
    parts_.key = key_text(parts_.authority, parts_.path_and_query);
    return parts_;
  }

 private:
  StoredParts parts_;
};

inline ResponseMaker response(std::string path) { return ResponseMaker(std::move(path)); }

// Purge requests in a word.
inline PurgeRequest purge_of_tag(std::string tag, PurgeKind kind = PurgeKind::hard) {
  PurgeRequest request;
  request.kind = kind;
  request.tags = {std::move(tag)};
  return request;
}
inline PurgeRequest purge_of_url(std::string authority,
                                 std::string path,
                                 PurgeKind kind = PurgeKind::hard) {
  PurgeRequest request;
  request.kind = kind;
  request.urls = {{std::move(authority), std::move(path)}};
  return request;
}
inline PurgeRequest purge_of_prefix(std::string authority,
                                    std::string path,
                                    PurgeKind kind = PurgeKind::hard) {
  PurgeRequest request;
  request.kind = kind;
  request.prefixes = {{std::move(authority), std::move(path)}};
  return request;
}
inline PurgeRequest purge_of_everything(PurgeKind kind = PurgeKind::hard) {
  PurgeRequest request;
  request.kind = kind;
  request.scope = PurgeRequest::Scope::everything;
  return request;
}

}  // namespace hawkcache::store
