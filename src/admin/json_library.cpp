// Boost.JSON is used without its shared library: this is the one file that holds its code.
#include <boost/json/src.hpp>
