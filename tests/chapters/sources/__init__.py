"""What films of chapters should show: worked out anew, from recordings and plain arithmetic.

That the scenes show what they are given is said by the tests of scenes, and `audit` asks each explanation for the
number that is drawn; here is what a chapter works out before a scene, or draws like no other.
"""
