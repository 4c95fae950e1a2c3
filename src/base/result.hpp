// Result<T>: a value or an error code. Expected failures are values; nothing is thrown on the data
// path.
#pragma once

#include "base/error.hpp"

#include <boost/system/result.hpp>

namespace hawkcache {

template <class T>
using Result = boost::system::result<T>;

using ErrorCode = boost::system::error_code;

}  // namespace hawkcache
