// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <string>
#include <utility>

#include <examples/blog/password.h>
#include <examples/blog/site.h>

#include <templates/create_author.html.h>
#include <templates/login.html.h>

namespace blog {

namespace {

using eddy::Task;

struct Login : Site {
  Task<void> get() {
    // Who has just set the blog up is nobody yet.
    const bool has_authors = co_await app<Database>().has_authors();
    if (!has_authors) co_return redirect(reverse_url("create"));
    show("", "");
  }

  Task<void> post() {
    const std::string email = get_body_argument("email");
    const auto author = co_await app<Database>().find_author(email);
    // A hash is made of any password, so that the time does not tell whose email is known.
    const std::string hash = author ? author->password_hash : "$y$j9T$......................$";
    const bool right = co_await eddy::run_in_executor(
        is_password, get_body_argument("password", eddy::web::Strip::no), hash);
    if (!right) co_return show(email, "Email or password is wrong.");
    log_in(*author);
    const std::string next = get_argument("next", std::string("/"));
    redirect(eddy::web::is_local_url(next) ? next : "/", 303);
  }

 private:
  void show(std::string_view email, std::string_view fault) {
    if (!fault.empty()) set_status(403);
    const std::string xsrf = xsrf_form_html();
    const std::string next = get_argument("next", std::string("/"));
    render(templates::Login{
        .title = "Login", .xsrf = xsrf, .fault = fault, .next = next, .email = email});
  }
};

/// The first who comes is the blog's author.
struct CreateAuthor : Site {
  void get() { show("", "", ""); }

  Task<void> post() {
    Author author;
    author.email = get_body_argument("email");
    author.name = get_body_argument("name");
    const std::string password = get_body_argument("password", eddy::web::Strip::no);
    if (author.email.find('@') == std::string::npos || author.name.empty()) {
      co_return show(author.email, author.name, "An author needs a name and an email.");
    }
    if (password.size() < 8) {
      co_return show(author.email, author.name, "The password needs eight characters.");
    }
    author.password_hash = co_await eddy::run_in_executor(hash_password, password);
    const auto added = co_await app<Database>().add_first_author(author);
    if (!added) throw eddy::web::HttpError(400, "there is an author already");
    log_in(*added);
    redirect("/", 303);
  }

 private:
  void show(std::string_view email, std::string_view name, std::string_view fault) {
    if (!fault.empty()) set_status(422);
    const std::string xsrf = xsrf_form_html();
    render(templates::CreateAuthor{
        .title = "Create author", .xsrf = xsrf, .fault = fault, .email = email, .name = name});
  }
};

struct Logout : Site {
  void post() {
    clear_cookie("blogdemo_user");
    redirect("/", 303);
  }
};

}  // namespace

void add_login(eddy::web::Application& app) {
  using eddy::web::route;
  app.add(route<Login>("/auth/login"))
      .add(route<Logout>("/auth/logout"))
      .add(route<CreateAuthor>("/auth/create", {.name = "create"}));
}

}  // namespace blog
