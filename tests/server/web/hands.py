"""Hands at a browser: they count what a person does, and never type an address."""

MOST_STOPS = 400
"""Presses of Tab after which something counts as out of the keyboard's reach."""

AT_IT = """
(selector) => {
  const wanted = [...document.querySelectorAll(selector)].filter((one) => one.checkVisibility());
  const here = document.activeElement;
  if (wanted[0] !== here) return null;
  const look = getComputedStyle(here);
  return [look.outlineStyle, parseFloat(look.outlineWidth)];
}
"""


class Hands:
    """A page, and the gestures made on it: see rebond_server.web.task for what counts.

    With `keyboard`, whatever would be clicked is reached by Tab, must show that it has the focus,
    and is pressed by Enter or the space bar.
    """

    def __init__(self, page, *, phone, script, keyboard=False):
        self.page, self.phone, self.script, self.keyboard = page, phone, script, keyboard
        self.gestures = 0

    def begin(self):
        """Begin a task at the first page."""
        self.page.goto("/")
        self.gestures = 0

    def menu(self, address):
        """Follow an entry of the menu; on a phone it is called first, and that is no gesture more."""
        if self.phone:
            self._press(".menu-open")
        self.click(f'nav.menu a[href="{address}"]')

    def click(self, selector):
        """Press the first thing that the selector names."""
        self._press(selector)
        self.gestures += 1

    def choose(self, selector, value):
        self._reach(selector)
        self.page.locator(selector).select_option(value)
        self.gestures += 1

    def write(self, selector, text):
        self._reach(selector)
        self.page.locator(selector).fill(text)
        self.gestures += 1

    def attach(self, selector, name, raw, kind):
        self._reach(selector)
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
        """Press what shows or gives a PDF; return its bytes."""
        with self.page.context.expect_event(
            "response", lambda answer: "pdf" in answer.headers.get("content-type", "")
        ) as waiting:
            self._press(selector)
        self.gestures += 1
        return self.page.request.get(waiting.value.url).body()

    def _press(self, selector):
        if not self.keyboard:
            self.page.locator(selector).first.click()
            return
        self._reach(selector)
        tick = self.page.evaluate("document.activeElement.type === 'checkbox'")
        self.page.keyboard.press("Space" if tick else "Enter")
        self.page.wait_for_load_state()

    def _reach(self, selector):
        """Go there by Tab alone; fail when it can't be reached, or does not show the focus."""
        if not self.keyboard:
            return
        self.page.locator(selector).first.wait_for()
        if ":has" in selector:
            selector = self._plain(selector)
        for _ in range(MOST_STOPS):
            look = self.page.evaluate(AT_IT, selector)
            if look is not None:
                assert look[0] != "none", selector
                assert look[1] >= 2, selector
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"no Tab leads to {selector}")

    def _plain(self, selector):
        """Mark what Playwright's selector names, so that the page's own selectors find it."""
        self.page.evaluate(
            "for (const one of document.querySelectorAll('[data-hand]')) one.removeAttribute('data-hand')"
        )
        self.page.locator(selector).first.evaluate("one => one.setAttribute('data-hand', '')")
        return "[data-hand]"
