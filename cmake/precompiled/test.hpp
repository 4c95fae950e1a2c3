// The same for test programs.
#pragma once

#include "library.hpp"

#include <future>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
