// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <cstdint>
#include <string>
#include <utility>

#include <examples/blog/site.h>

#include <templates/archive.html.h>
#include <templates/compose.html.h>
#include <templates/entry.html.h>
#include <templates/feed.xml.h>
#include <templates/home.html.h>

namespace blog {

namespace {

using eddy::Task;
using eddy::web::HttpError;

struct Home : Site {
  Task<void> get() {
    const auto entries = co_await app<Database>().newest_entries(5);
    if (entries.empty()) co_return redirect(reverse_url("compose"));
    render(templates::Home{.user = current_user(), .entries = entries});
  }
};

struct Archive : Site {
  Task<void> get() {
    const auto entries = co_await app<Database>().newest_entries(-1);
    render(templates::Archive{.user = current_user(), .entries = entries});
  }
};

struct Feed : Site {
  Task<void> get() {
    const auto entries = co_await app<Database>().newest_entries(10);
    set_header("Content-Type", "application/atom+xml");
    const std::string root =
        std::string(request().protocol()) + "://" + std::string(request().host());
    render(templates::FeedXml{.root = root, .entries = entries});
  }
};

struct EntryPage : Site {
  Task<void> get(std::string slug) {
    const auto entry = co_await app<Database>().find_entry(std::move(slug));
    if (!entry) throw HttpError(404);
    render(templates::Entry{.title = entry->title, .user = current_user(), .entry = *entry});
  }
};

/// Writes an entry, or with `id` another one of what there is.
struct Compose : Site {
  // NOLINTNEXTLINE(readability-identifier-naming): the framework looks for this name
  static constexpr bool authenticated = true;

  Task<void> get() {
    Entry entry;
    if (const auto id = get_argument<std::optional<std::int64_t>>("id")) {
      auto found = co_await app<Database>().find_entry(*id);
      if (!found) throw HttpError(404);
      entry = std::move(*found);
    }
    show(entry);
  }

  Task<void> post() {
    Entry entry;
    entry.title = get_argument("title");
    entry.markdown = get_argument("markdown", eddy::web::Strip::no);
    if (entry.title.empty()) co_return show(entry, "An entry needs a title.");
    if (const auto id = get_argument<std::optional<std::int64_t>>("id")) {
      auto old = co_await app<Database>().find_entry(*id);
      if (!old) throw HttpError(404);
      entry.id = *id;
      entry.slug = std::move(old->slug);  // links to it stay
      co_await app<Database>().change_entry(entry);
    } else {
      entry.slug = co_await app<Database>().add_entry(current_user()->id, entry);
    }
    redirect(reverse_url("entry", entry.slug), 303);
  }

 private:
  void show(const Entry& entry, std::string_view fault = {}) {
    if (!fault.empty()) set_status(422);
    const std::string xsrf = xsrf_form_html();
    render(templates::Compose{
        .title = "Compose", .user = current_user(), .xsrf = xsrf, .fault = fault, .entry = entry});
  }
};

}  // namespace

void add_pages(eddy::web::Application& app) {
  using eddy::web::route;
  using eddy::web::route_path;
  app.add(route<Home>("/"))
      .add(route<Archive>("/archive"))
      .add(route<Feed>("/feed"))
      .add(route_path<EntryPage>("/entry/{slug}", {.name = "entry"}))
      .add(route<Compose>("/compose", {.name = "compose"}));
}

}  // namespace blog
