#include "base/keep_alive.hpp"

#include <utility>

#include <gtest/gtest.h>

namespace hawkcache {
namespace {

struct Counted {
  mutable int references = 0;
};
void intrusive_ptr_add_ref(const Counted* object) noexcept { ++object->references; }
void intrusive_ptr_release(const Counted* object) noexcept { --object->references; }

TEST(KeepAlive, holds_one_reference_until_it_is_reset_or_gone) {
  Counted object;
  {
    KeepAlive held(boost::intrusive_ptr<const Counted>{&object});
    EXPECT_EQ(object.references, 1);
    KeepAlive moved(std::move(held));
    EXPECT_EQ(object.references, 1);
    KeepAlive assigned;
    assigned = std::move(moved);
    EXPECT_TRUE(assigned);
    EXPECT_EQ(object.references, 1);
    assigned.reset();
    EXPECT_FALSE(assigned);
    EXPECT_EQ(object.references, 0);
    assigned = KeepAlive(boost::intrusive_ptr<const Counted>(&object));
  }
  EXPECT_EQ(object.references, 0);
}

}  // namespace
}  // namespace hawkcache
