// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <array>
#include <cstddef>
#include <utility>
#include <variant>
#include <vector>

#include <eddy/core/task/when_all.h>
#include <eddy/core/task/with_timeout.h>

namespace eddy::inline v0 {

namespace internal {

template <class... T, std::size_t... I>
Task<std::variant<JoinedValue<T>...>> when_any_of(std::index_sequence<I...> /*indices*/,
                                                  Task<T>... tasks) {
  using Result = std::variant<JoinedValue<T>...>;
  const auto* environment = co_await EnvironmentAwaiter<ReadEnvironment>();
  StopScope scope(*environment, true);
  Join join(scope.environment(), sizeof...(T));
  (join.add(tasks.release()), ...);
  join.on_first([&scope] { scope.request_stop(); });
  co_await join;
  const std::size_t first = join.first();
  ((I != first && join.promise<T>(I).error() ? join.report_others(I, join.promise<T>(I).error())
                                             : void()),
   ...);
  using Take = Result (*)(Join&);
  constexpr std::array<Take, sizeof...(T)> kTake = {[](Join& from) {
    return Result(std::in_place_index<I>, take_joined<T>(from.promise<T>(I)));
  }...};
  co_return kTake[first](join);
}

}  // namespace internal

/// What the first of several tasks gave.
template <class T>
struct FirstOf {
  std::size_t index;
  internal::JoinedValue<T> value;
};

/// Runs the tasks together; when the first has ended, in whatever way, stops the others, waits for
/// them to end, and gives the first's result (the variant's index tells whose) or throws what it
/// threw. What the others throw but Cancelled is logged.
template <class... T>
requires(sizeof...(T) >
         0) Task<std::variant<internal::JoinedValue<T>...>> when_any(Task<T>... tasks) {
  return internal::when_any_of<T...>(std::index_sequence_for<T...>(), std::move(tasks)...);
}

/// As above for any number, at least one, of tasks of one type.
template <class T>
Task<FirstOf<T>> when_any(std::vector<Task<T>> tasks) {
  if (tasks.empty()) throw std::invalid_argument("when_any: no tasks");
  const auto* environment = co_await internal::EnvironmentAwaiter<internal::ReadEnvironment>();
  internal::StopScope scope(*environment, true);
  internal::Join join(scope.environment(), tasks.size());
  for (Task<T>& task : tasks) join.add(task.release());
  join.on_first([&scope] { scope.request_stop(); });
  co_await join;
  const std::size_t first = join.first();
  for (std::size_t i = 0; i < tasks.size(); ++i) {
    const auto& error = join.promise<T>(i).error();
    if (i != first && error) join.report_others(i, error);
  }
  co_return FirstOf<T>{first, internal::take_joined<T>(join.promise<T>(first))};
}

}  // namespace eddy::inline v0
