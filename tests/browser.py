"""What the tests of pages ask of the browser."""

import json
import shutil


def chromium():
    """Return Chromium, driven by selenium, which reports what the console is told and what is asked for."""
    from selenium import webdriver

    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium")
    for flag in ("headless=new", "no-sandbox", "disable-gpu", "no-first-run", "disable-background-networking",
                 "disable-component-update", "disable-sync", "window-size=1000,800"):  # fmt: skip
        options.add_argument(f"--{flag}")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = webdriver.Chrome(options=options, service=webdriver.ChromeService(shutil.which("chromedriver")))
    driver.set_script_timeout(90)
    return driver


class Browser:
    """A page in Chromium: what it shows, what it asked for, what it complained of."""

    def __init__(self, driver):
        self.driver = driver
        self.run = driver.execute_script

    def open(self, path, fragment="", *, calm=True):
        """Load a file; `calm` asks for reduced motion, so that nothing plays automatically."""
        motion = {"name": "prefers-reduced-motion", "value": "reduce" if calm else ""}
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [motion]})
        if fragment:  # or a page that is open would only go to another place in it, and not be loaded
            self.driver.get("about:blank")
        self.complaints(), self.requests()
        self.driver.get(path.as_uri() + fragment)
        self.wait_for("!document.querySelector('.programs')")  # a chapter's page starts its programs a bit later

    def wait_for(self, expression):
        """Wait until a JavaScript expression is true, a minute at the most: machines may be busy."""
        arrived = self.driver.execute_async_script(
            "const done = arguments[0], start = performance.now();"
            f"(function look() {{ if ({expression}) done(true);"
            " else if (performance.now() - start > 60000) done(false);"
            " else setTimeout(look, 5); })();"
        )
        assert arrived, f"the page did not come to {expression}"

    def press(self, key):
        """Press a key: a letter, or one of selenium's names, such as "ARROW_RIGHT"."""
        from selenium.webdriver.common.action_chains import ActionChains
        from selenium.webdriver.common.keys import Keys

        ActionChains(self.driver).send_keys(getattr(Keys, key, key)).perform()

    def click(self, element, below=0):
        """Click on the middle of an element, or some pixels below that, whatever lies there."""
        from selenium.webdriver.common.action_chains import ActionChains

        ActionChains(self.driver, duration=0).move_to_element_with_offset(element, 0, below).click().perform()

    def complaints(self):
        """Return what the console was told since the last call."""
        return [entry["message"] for entry in self.driver.get_log("browser")]

    def requests(self):
        """Return the addresses that were asked for since the last call, but for data within the page."""
        messages = [json.loads(entry["message"])["message"] for entry in self.driver.get_log("performance")]
        sent = [each["params"]["request"]["url"] for each in messages if each["method"] == "Network.requestWillBeSent"]
        return [url for url in sent if not url.startswith(("data:", "blob:"))]
