#include "store/stored_response.hpp"

#include "contract/response_maker.hpp"
#include "store/footprint.hpp"
#include "unit/store/stored_samples.hpp"

#include <gtest/gtest.h>
#include <malloc.h>

namespace hawkcache::store {
namespace {

using std::chrono::seconds;

TEST(StoredResponse, knows_its_key_hash_body_size_and_tags) {
  const auto stored = response("/a").tags({"x", "y"}).body(10).made();
  EXPECT_EQ(stored->key_hash(), hash128(stored->key()));
  EXPECT_EQ(stored->body_size(), 10u);
  EXPECT_EQ(stored->tag_texts(), (std::vector<std::string>{"x", "y"}));
}

TEST(StoredResponse, is_vouched_for_until_a_purge_concerns_it) {
  PurgeFence fence;
  const auto stored = response("/a").tags({"x"}).fetched(fence.begin_fetch(kNow)).made();
  EXPECT_EQ(stored->vouch(fence), Trust::trusted);
  fence.raise(purge_of_tag("y"), kNow);
  EXPECT_EQ(stored->vouch(fence), Trust::trusted);
  fence.raise(purge_of_tag("x"), kNow);
  EXPECT_EQ(stored->vouch(fence), Trust::distrusted);
  fence.raise(purge_of_tag("z"), kNow);
  EXPECT_EQ(stored->vouch(fence), Trust::distrusted) << "distrust is never remembered as trust";
}

TEST(StoredResponse, once_distrusted_stays_so_when_the_fence_is_forgotten) {
  PurgeFence fence;
  const auto stored = response("/a").fetched(fence.begin_fetch(kNow)).made();
  fence.raise(purge_of_url("", "/a"), kNow);
  EXPECT_EQ(stored->vouch(fence), Trust::distrusted);
  fence.retire_through(fence.current());
  EXPECT_EQ(stored->vouch(fence), Trust::distrusted);
  fence.raise(purge_of_url("", "/b"), kNow);
  EXPECT_EQ(stored->vouch(fence), Trust::distrusted);
}

TEST(StoredResponse, soft_purges_again_and_again_do_not_open_its_stale_windows_again) {
  PurgeFence fence;
  const auto stored = response("/a").tags({"x"}).fetched(fence.begin_fetch(kNow)).made();
  for (int i = 0; i < 3; ++i) {
    fence.raise(purge_of_url("", "/a", PurgeKind::soft), kNow + seconds(2 * i));
    EXPECT_EQ(stored->vouch(fence), Trust::expired_by_soft_purge);
    EXPECT_EQ(stored->soft_purged_at(), kNow);
  }
}

TEST(StoredResponse, remembers_a_soft_purge_also_when_its_fence_is_forgotten) {
  PurgeFence fence;
  const auto stored = response("/a").tags({"x"}).fetched(fence.begin_fetch(kNow)).made();
  fence.raise(purge_of_url("", "/a", PurgeKind::soft), kNow);
  EXPECT_EQ(stored->soft_purged_at(), std::nullopt) << "nobody has asked yet";
  EXPECT_EQ(stored->vouch(fence), Trust::expired_by_soft_purge);
  EXPECT_EQ(stored->soft_purged_at(), kNow);
  fence.retire_through(fence.current());
  fence.raise(purge_of_tag("other"), kNow + seconds(9));
  EXPECT_EQ(stored->vouch(fence), Trust::expired_by_soft_purge);
  EXPECT_EQ(stored->soft_purged_at(), kNow);
}

TEST(StoredResponse, its_footprint_counts_all_it_holds) {
  const std::size_t plain = response("/a").made()->footprint();
  EXPECT_GE(plain, sizeof(StoredResponse));
  EXPECT_LE(plain, 240u);
  EXPECT_GE(response("/a").body(500).made()->footprint(), plain + 490);
  EXPECT_GE(response("/a").body(5000).made()->footprint(), plain + 5000);
  EXPECT_GE(response("/a").head(std::string(700, 'h')).made()->footprint(), plain + 680);
  EXPECT_GE(response(std::string(300, '/')).made()->footprint(), plain + 290);
  EXPECT_GT(response("/a").varies({"accept"}, "x").made()->footprint(), plain);
}

// The allocator's own books; there are none under a sanitizer. What threads have at hand for
// their next allocations counts as allocated in them.
std::size_t allocated() { return ::mallinfo2().uordblks; }

TEST(StoredResponse, its_footprint_is_what_the_allocator_gives) {
  const auto maker = [](std::size_t i) {
    return response(numbered("/item", i))
        .varies({"x-own"}, "value")
        .head(std::string(300 + i % 200, 'h'))
        .body(i % 7 == 0 ? 9000 : i % 500);
  };
  std::vector<StoredResponsePtr> held;
  held.reserve(4000);
  held.push_back(maker(0).made());
  const std::size_t before = allocated();
  std::size_t counted = 0;
  for (std::size_t i = 1; i < 4000; ++i) {
    held.push_back(maker(i).made());
    counted += held.back()->footprint();
  }
  const std::size_t taken = allocated() - before;
  if (before == 0) GTEST_SKIP() << "another allocator";
  EXPECT_NEAR(
      static_cast<double>(counted), static_cast<double>(taken), 0.02 * static_cast<double>(taken));
}

TEST(StoredResponse, is_made_of_its_parts) {
  for (const Sample& sample : samples()) {
    SCOPED_TRACE(sample.name);
    StoredParts parts = sample.parts;
    parts.epoch = 77;
    const auto stored = StoredResponse::make(parts);
    EXPECT_EQ(stored->key(), parts.key);
    EXPECT_EQ(stored->authority(), parts.authority);
    EXPECT_EQ(stored->path_and_query(), parts.path_and_query);
    EXPECT_EQ(stored->head(), parts.head);
    EXPECT_EQ(stored->withheld(), parts.withheld);
    EXPECT_EQ(stored->status(), parts.meta.status);
    EXPECT_EQ(stored->freshness(), parts.meta.freshness);
    EXPECT_EQ(stored->authorized_reuse(), parts.meta.authorized_reuse);
    EXPECT_EQ(stored->secondary_key(), parts.meta.secondary_key);
    EXPECT_EQ(stored->rule_fingerprint(), parts.meta.rule_fingerprint);
    EXPECT_EQ(stored->tag_texts(), parts.meta.tags);
    EXPECT_EQ(stored->validators().entity_tag, parts.meta.validators.entity_tag);
    EXPECT_EQ(stored->validators().last_modified, parts.meta.validators.last_modified);
    EXPECT_EQ(stored->validators().last_modified_time, parts.meta.validators.last_modified_time);
    EXPECT_EQ(stored->validators().date, parts.meta.validators.date);
    EXPECT_EQ(stored->partial(), parts.meta.partial.get());
    EXPECT_EQ(stored->vary() == nullptr, parts.meta.vary == nullptr);
    EXPECT_EQ(stored->epoch(), 77u);
    EXPECT_EQ(stored->sequence(), parts.sequence);
    EXPECT_EQ(stored->shared(), parts.shared);
    EXPECT_EQ(stored->body_size(), body_text(parts.body).size());
    EXPECT_EQ(body_text(stored->share_body()), body_text(parts.body));
    EXPECT_EQ(body_text(stored->parts().body), body_text(parts.body));
  }
}

TEST(StoredResponse, shows_what_the_head_contains_and_keeps_what_it_does_not) {
  StoredParts parts = plain_parts();
  parts.head = "HTTP/1.1 200 OK\r\nETag: \"abc\"\r\n";
  parts.meta.validators.entity_tag = "\"abc\"";
  const auto within = StoredResponse::make(parts);
  parts.meta.validators.entity_tag = "\"xyz\"";
  parts.authority = "another.example.com";
  const auto apart = StoredResponse::make(parts);
  EXPECT_EQ(within->validators().entity_tag, "\"abc\"");
  EXPECT_EQ(apart->validators().entity_tag, "\"xyz\"");
  EXPECT_EQ(apart->authority(), "another.example.com");
  EXPECT_GT(apart->footprint(), within->footprint());
}

TEST(StoredResponse, keeps_what_its_head_has_in_common_with_others_apart) {
  const auto heads = CommonHeads::create();
  const std::string common = "HTTP/1.1 200 OK\r\nServer: origin\r\nVia: 1.1 hawkcache\r\n";
  for (const Sample& sample : samples()) {
    SCOPED_TRACE(sample.name);
    const auto whole = StoredResponse::make(sample.parts);
    const auto stored = StoredResponse::make(sample.parts, heads->intern(common));
    EXPECT_EQ(stored->head(), common + sample.parts.head);
    EXPECT_EQ(stored->head_pieces().common.data(), heads->find(common)->text().data());
    EXPECT_EQ(stored->head_pieces().own, sample.parts.head);
    EXPECT_EQ(stored->parts().head, stored->head());
    EXPECT_EQ(stored->validators().entity_tag, whole->validators().entity_tag);
    EXPECT_EQ(stored->freshness(), whole->freshness());
    EXPECT_EQ(stored->vary(), whole->vary());
    EXPECT_EQ(stored->partial(), whole->partial());
    EXPECT_EQ(stored->tag_texts(), whole->tag_texts());
    EXPECT_EQ(stored->withheld(), whole->withheld());
    EXPECT_EQ(body_text(stored->share_body()), body_text(whole->share_body()));
    EXPECT_LE(stored->footprint(), whole->footprint() + 16);
  }
  EXPECT_EQ(heads->size(), 0u) << "it goes with the last that has it";
}

TEST(StoredResponse, its_names_in_vary_are_shared_with_others) {
  const auto one = response("/a").varies({"accept", "x-b"}, "1").made();
  const auto other = response("/b").varies({"accept", "x-b"}, "2").made();
  EXPECT_EQ(one->vary(), other->vary());
  EXPECT_EQ(*one->vary(), (caching::VaryNames{"accept", "x-b"}));
}

TEST(StoredResponse, a_large_body_is_shared_and_not_copied) {
  StoredParts parts = plain_parts();
  parts.body = {SharedBytes::copy_of(std::string(5000, 'a')), {}, SharedBytes::copy_of("b")};
  const char* data = parts.body[0].data();
  const auto stored = StoredResponse::make(parts);
  ASSERT_EQ(stored->chunks(), 2u);
  EXPECT_EQ(stored->chunk(0).data(), data);
  EXPECT_EQ(stored->share_body()[0].data(), data);
  parts.body = {SharedBytes::copy_of("a"), SharedBytes::copy_of("b")};
  const auto small = StoredResponse::make(parts);
  ASSERT_EQ(small->chunks(), 1u);
  EXPECT_EQ(small->chunk(0), "ab");
}

TEST(StoredResponse, footprints_follow_the_allocator) {
  EXPECT_EQ(heap_footprint(std::size_t{0}), 0u);
  EXPECT_EQ(heap_footprint(std::size_t{1}), 32u);
  EXPECT_EQ(heap_footprint(std::size_t{24}), 32u);
  EXPECT_EQ(heap_footprint(std::size_t{25}), 48u);
}

}  // namespace
}  // namespace hawkcache::store
