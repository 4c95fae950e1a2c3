// Responses of every kind that the stored form has to carry, for its tests.
#pragma once

#include "contract/response_maker.hpp"
#include "store/stored_response.hpp"

#include <memory>
#include <ostream>
#include <string>
#include <vector>

namespace hawkcache::store {

struct Sample {
  std::string name;
  StoredParts parts;
  friend std::ostream& operator<<(std::ostream& out, const Sample& sample) {
    return out << sample.name;
  }
};

inline StoredParts plain_parts() {
  StoredParts parts;
  parts.key = key_text("api.example.com", "/a");
  parts.authority = "api.example.com";
  parts.path_and_query = "/a";
  parts.head = "HTTP/1.1 200 OK\r\nDate: Fri, 27 Nov 2026 01:42:34 GMT\r\n";
  parts.meta.freshness.response_time = kNow;
  parts.meta.freshness.lifetime = std::chrono::hours(1);
  parts.body = {SharedBytes::copy_of("hello")};
  parts.sequence = 0x0102030405060708;
  parts.shared = {.generation = 0x1112131415161718, .epoch = 0x2122232425262728};
  return parts;
}

inline Sample sample(std::string name, void (*change)(StoredParts&)) {
  Sample made{std::move(name), plain_parts()};
  change(made.parts);
  return made;
}

// Every field away from its default.
inline void fill(StoredParts& parts) {
  caching::StoredMeta& meta = parts.meta;
  meta.status = 404;
  meta.freshness = {.response_time = kNow + Duration(7),
                    .initial_age = Duration(1001),
                    .lifetime = Duration(2002),
                    .source = caching::LifetimeSource::heuristic,
                    .stale_while_revalidate = Duration(3003),
                    .stale_if_error = Duration(4004),
                    .stale = caching::StalePermission::forbidden,
                    .revalidation = caching::Revalidation::always};
  meta.validators = {.entity_tag = "W/\"abc\"",
                     .last_modified = "Thu, 01 Jan 1970 00:00:00 GMT",
                     .last_modified_time = WallTime(Duration(0)),
                     .date = kNow - Duration(5)};
  meta.authorized_reuse = caching::AuthorizedReuse::allowed;
  meta.vary = std::make_shared<const caching::VaryNames>(caching::VaryNames{"accept", "x-a"});
  meta.secondary_key = std::string("pfaccept\0=json\0pfx-a\0-", 23);
  meta.tags = {"\x1fgroup\x1fhttps://a\x1fg", "users", "\xc3\xa4"};
  meta.rule_fingerprint = UINT64_MAX;
  meta.partial = std::make_shared<const caching::PartialContent>(
      caching::PartialContent{.complete_length = UINT64_MAX, .parts = {{0, 1}, {3, 4}, {9, 9}}});
  parts.withheld = "Cache-Control: max-age=5\r\nExpires: 0\r\n";
}

inline std::vector<Sample> samples() {
  using Parts = StoredParts;
  return {
      sample("plain", [](Parts&) {}),
      sample("everything", fill),
      sample("nothing", [](Parts& parts) { parts = {}; }),
      sample("no_body", [](Parts& parts) { parts.body.clear(); }),
      sample("empty_chunks",
             [](Parts& parts) {
               parts.body = {SharedBytes(), SharedBytes()};
             }),
      sample("several_chunks",
             [](Parts& parts) {
               parts.body = {SharedBytes::copy_of("one"), {}, SharedBytes::copy_of("two")};
             }),
      sample("large_body",
             [](Parts& parts) { parts.body = {SharedBytes::copy_of(std::string(9000, 'b'))}; }),
      sample("withheld_empty", [](Parts& parts) { parts.withheld = ""; }),
      sample("vary_without_names",
             [](Parts& parts) { parts.meta.vary = std::make_shared<const caching::VaryNames>(); }),
      sample("modified_before_1970",
             [](Parts& parts) {
               parts.meta.validators.last_modified_time = WallTime(Duration(-86'400'000));
             }),
      sample("no_generation", [](Parts& parts) { parts.shared = {}; }),
      sample("many_tags",
             [](Parts& parts) {
               for (int i = 1000; i < 3000; ++i) parts.meta.tags.push_back(std::to_string(i));
             }),
  };
}

inline std::string body_text(const std::vector<SharedBytes>& body) {
  std::string text;
  for (const SharedBytes& chunk : body) text += chunk.view();
  return text;
}

}  // namespace hawkcache::store
