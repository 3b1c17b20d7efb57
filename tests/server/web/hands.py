"""Hands at a browser: they count what a person does, and never type an address."""


class Hands:
    """A page, and the gestures made on it: see rebond_server.web.task for what counts."""

    def __init__(self, page, *, phone, script):
        self.page, self.phone, self.script = page, phone, script
        self.gestures = 0

    def begin(self):
        """Begin a task at the first page."""
        self.page.goto("/")
        self.gestures = 0

    def menu(self, address):
        """Follow an entry of the menu; on a phone it is called first, and that is no gesture more."""
        if self.phone:
            self.page.locator(".menu-open").click()
        self.click(f'nav.menu a[href="{address}"]')

    def click(self, selector, *, first=False):
        found = self.page.locator(selector)
        (found.first if first else found).click()
        self.gestures += 1

    def choose(self, selector, value):
        self.page.locator(selector).select_option(value)
        self.gestures += 1

    def write(self, selector, text):
        self.page.locator(selector).fill(text)
        self.gestures += 1

    def attach(self, selector, name, raw, kind):
        self.page.locator(selector).set_input_files({"name": name, "mimeType": kind, "buffer": raw})
        self.gestures += 1

    def scan(self, text):
        """Let a scanner gun type a code and its Enter where the cursor is."""
        self.page.keyboard.type(text + "\n")
        self.gestures += 1

    def draw(self, selector):
        """Draw a line with the mouse."""
        self.page.locator(selector).scroll_into_view_if_needed()
        frame = self.page.locator(selector).bounding_box()
        mouse = self.page.mouse
        mouse.move(frame["x"] + 40, frame["y"] + 60)
        mouse.down()
        mouse.move(frame["x"] + 200, frame["y"] + 90, steps=5)
        mouse.up()
        self.gestures += 1

    def paper(self, selector):
        """Click what shows or gives a PDF; return its bytes."""
        with self.page.context.expect_event(
            "response", lambda answer: "pdf" in answer.headers.get("content-type", "")
        ) as waiting:
            self.page.locator(selector).click()
        self.gestures += 1
        return self.page.request.get(waiting.value.url).body()
