#include "store/stored_response.hpp"

#include "contract/response_maker.hpp"
#include "store/footprint.hpp"

#include <gtest/gtest.h>

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
  EXPECT_GE(response("/a").body(5000).made()->footprint(), plain + 5000);
  EXPECT_GE(response("/a").head(std::string(700, 'h')).made()->footprint(), plain + 680);
  EXPECT_GE(response(std::string(300, '/')).made()->footprint(), plain + 580);
  EXPECT_GT(response("/a").varies({"accept"}, "x").made()->footprint(), plain);
}

TEST(StoredResponse, footprints_follow_the_allocator) {
  EXPECT_EQ(heap_footprint(std::size_t{0}), 0u);
  EXPECT_EQ(heap_footprint(std::size_t{1}), 32u);
  EXPECT_EQ(heap_footprint(std::size_t{24}), 32u);
  EXPECT_EQ(heap_footprint(std::size_t{25}), 48u);
  EXPECT_EQ(heap_footprint(std::string("short")), 0u);
}

}  // namespace
}  // namespace hawkcache::store
