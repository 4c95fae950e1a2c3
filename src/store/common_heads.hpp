// What heads have in common (head_split.hpp), kept once for all stored responses that have it.
#pragma once

#include "store/intern_table.hpp"

namespace hawkcache::store {

struct CommonHeadState {};  // the text is all there is
using CommonHeadRef = InternRef<CommonHeadState>;
using CommonHeads = InternTable<CommonHeadState>;

}  // namespace hawkcache::store
