"""Mistakes with Elastic Beanstalk."""

from awsdeck import (
    App,
    BeanstalkApplication,
    BeanstalkDeployment,
    BeanstalkEnvironment,
    BeanstalkLoadBalancer,
    BeanstalkPlatform,
    BeanstalkTrigger,
    BeanstalkUpdates,
    Stack,
)

app = App()
stack = Stack(app, "shop")
shop = BeanstalkApplication(stack, "Shop")
python = BeanstalkPlatform.python("3.13")
BeanstalkEnvironment(stack, "NoApplication", platform=python)  # wrong: application
BeanstalkEnvironment(stack, "Name", application="shop", platform=python)  # wrong: application
BeanstalkEnvironment(stack, "Tier", application=shop, platform=python, tier="batch")  # wrong: tier
BeanstalkEnvironment(stack, "Health", application=shop, platform=python, health="good")  # wrong: health
BeanstalkEnvironment(stack, "Disk", application=shop, platform=python, root_type="st1")  # wrong: root_type
BeanstalkEnvironment(stack, "Options", application=shop, platform=python, options={"MinSize": 1})  # wrong: str
BeanstalkEnvironment(stack, "Policy", application=shop, platform=python, deployment="Rolling")  # wrong: deployment
BeanstalkLoadBalancer("gateway")  # wrong: gateway
BeanstalkDeployment.rolling()  # wrong: batch
BeanstalkTrigger("Requests", unit="Count", lower=1, upper=2)  # wrong: Requests
BeanstalkUpdates("Sun:03:00", level="major")  # wrong: major
BeanstalkPlatform.python("3.13", linux="2018")  # wrong: 2018
shop.version(5)  # wrong: version
