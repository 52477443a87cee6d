// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <exception>
#include <optional>

#include <eddy/web/app/user_handler.h>
#include <eddy/web/web.h>
#include <examples/blog/database.h>

namespace blog {

/// The base of all the blog's handlers: who is logged in, and what an error looks like.
class Site : public eddy::web::AsyncUserHandler<Author, eddy::web::WithServices<Database>> {
 public:
  eddy::Task<std::optional<Author>> load_current_user() override;
  void write_error(int status, const std::exception_ptr& error) override;

 protected:
  void log_in(const Author& author);
};

/// The pages of entries, and the login.
void add_pages(eddy::web::Application& app);
void add_login(eddy::web::Application& app);

}  // namespace blog
