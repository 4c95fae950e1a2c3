// Asio's own translation unit (BOOST_ASIO_SEPARATE_COMPILATION): compiled once, here.
#include <boost/asio/impl/src.hpp>
