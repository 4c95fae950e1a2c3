// When the fence says that a soft purge has expired something.
#include "contract/response_maker.hpp"
#include "store/purge_fence.hpp"

#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace hawkcache::store {
namespace {

using std::chrono::seconds;

const std::vector<std::string> kTagsOfUser{"users", "user:7"};

FenceSubject fetched_at(Epoch epoch) { return {epoch, "api.example.com", "/users/7"}; }

TEST(SoftPurges, a_soft_purge_expires_at_its_time) {
  PurgeFence fence;
  const Epoch before = fence.current();
  fence.raise(purge_of_tag("users", PurgeKind::soft), kNow);
  fence.raise(purge_of_url("", "/users/7", PurgeKind::soft), kNow + seconds(3));
  const FenceVerdict verdict = fence.check(fetched_at(before), kTagsOfUser, TagsKnown::all);
  EXPECT_EQ(verdict.trust, Trust::expired_by_soft_purge);
  EXPECT_EQ(verdict.expired_at, kNow) << "the earlier";
  fence.raise(purge_of_everything(), kNow);
  EXPECT_EQ(fence.check(fetched_at(before), kTagsOfUser, TagsKnown::all).trust, Trust::distrusted);
}

WallTime expired_at(const PurgeFence& fence, Epoch epoch) {
  const std::vector<TagRef> records{fence.find_tag("users")};
  const FenceVerdict verdict = fence.check(fetched_at(epoch), kTagsOfUser, TagsKnown::all);
  EXPECT_EQ(verdict.trust, Trust::expired_by_soft_purge);
  if (records[0]) {
    EXPECT_EQ(fence.check(fetched_at(epoch), records).expired_at, verdict.expired_at);
  }
  return verdict.expired_at;
}

// One each minute; what was fetched before it, and its time.
std::vector<std::pair<Epoch, WallTime>> purge_by_the_minute(PurgeFence& fence,
                                                            const PurgeRequest& request,
                                                            int purges) {
  std::vector<std::pair<Epoch, WallTime>> before;
  for (int minute = 0; minute < purges; ++minute) {
    before.emplace_back(fence.current(), kNow + std::chrono::minutes(minute));
    fence.raise(request, before.back().second);
  }
  return before;
}

TEST(SoftPurges, of_several_soft_purges_the_first_counts_that_concerns_it) {
  for (const PurgeRequest& request : {purge_of_tag("users", PurgeKind::soft),
                                      purge_of_url("", "/users/7", PurgeKind::soft),
                                      purge_of_prefix("", "/users", PurgeKind::soft),
                                      purge_of_everything(PurgeKind::soft)}) {
    PurgeFence fence;
    for (const auto& [before, at] : purge_by_the_minute(fence, request, 4)) {
      EXPECT_EQ(expired_at(fence, before), at);
    }
    fence.retire_through(fence.current());
    const Epoch later = fence.current();
    fence.raise(request, kNow + std::chrono::minutes(9));
    EXPECT_EQ(expired_at(fence, later), kNow + std::chrono::minutes(9));
  }
}

TEST(SoftPurges, of_very_many_soft_purges_none_counts_too_late_nor_far_too_early) {
  PurgeFence fence;
  const auto purges = purge_by_the_minute(fence, purge_of_tag("users", PurgeKind::soft), 100);
  const WallTime end = purges.back().second;
  for (const auto& [before, at] : purges) {
    EXPECT_LE(expired_at(fence, before), at);
    EXPECT_GE(expired_at(fence, before), end - 3 * (end - at)) << (end - at).count();
  }
}

}  // namespace
}  // namespace hawkcache::store
